"""The operations that are measured: that of the public benchmark, and variants of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Case:
    """An operation over one of the graphs; with `failing`, the inventory subgraph returns errors for some entities."""

    name: str
    operation: str
    graph: str = "supergraph"
    variables: dict[str, Any] = field(default_factory=dict)
    failing: bool = False

    @property
    def text(self) -> str:
        """The operation's text."""
        return (HERE / "operations" / f"{self.operation}.graphql").read_text(encoding="utf-8")

    @property
    def body(self) -> bytes:
        """The encoded request."""
        request: dict[str, Any] = {"query": self.text}
        if self.variables:
            request["variables"] = self.variables
        return json.dumps(request).encode()

    def supergraph(self, stub: str) -> str:
        """The supergraph's SDL with its subgraphs at the stub."""
        sdl = (HERE / "graph" / f"{self.graph}.graphql").read_text(encoding="utf-8")
        sdl = sdl.replace("http://0.0.0.0:4200", stub)
        return sdl.replace(f"{stub}/inventory", f"{stub}/failing/inventory") if self.failing else sdl


CASES = (
    Case("the public benchmark", "benchmark"),
    Case("one fetch", "one-fetch"),
    Case("other fields", "other-fields"),
    Case("aliases and conditions", "aliases", variables={"first": 5, "full": True}),
    Case("fragments", "fragments"),
    Case("an interface", "interface", "extended"),
    Case("1,000 entities", "thousand", "extended"),
    Case("errors in a subgraph", "benchmark", failing=True),
)
