"""Python written line by line, and made into a function.

Only names made here and constants passed beside the text stand in the text: nothing of a client's or a subgraph's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import UNSET, Raw

from hanse_router.execute.entities import encode

Lists = list[Any]  # the objects at each place, and how they were sent: found once per run
LACKING = 0  # the number of the list that tells whether some object lacks a field that others have


class Fallback(Exception):
    """This run met something that only the general path knows."""


class Writer:
    """Lines of a function, with constants by generated names."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {
            "UNSET": UNSET,
            "Raw": Raw,
            "Fallback": Fallback,
            "dumps": encode,
        }
        self._lines: list[str] = []

    def line(self, depth: int, text: str) -> None:
        """Add a line."""
        self._lines.append("    " * depth + text)

    def constant(self, value: Any) -> str:
        """The name of a constant."""
        name = f"c{len(self.names)}"
        self.names[name] = value
        return name

    def function(self, head: str) -> Callable[..., Any]:
        """The function made of the lines so far."""
        text = "\n".join([f"def made({head}):", *self._lines])
        self._lines = []
        exec(compile(text, "<plan>", "exec"), self.names)
        made: Callable[..., Any] = self.names["made"]
        return made
