"""The routers that are measured, and how each is started with a supergraph."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
GATEWAYS = HERE / "gateways"
_CARGO = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo")) / "bin"
_CACHE = Path(os.environ.get("HANSE_BENCHMARK_CACHE", Path.home() / ".cache" / "hanse-benchmarks"))


@dataclass(frozen=True, slots=True)
class Contestant:
    """A router: its command for a supergraph file and a port; `missing` is the reason why it cannot run here."""

    name: str
    command: Callable[[Path, int], list[str]]
    missing: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    path: str = "/graphql"


def contestants() -> list[Contestant]:
    """All of them, ours first."""
    node = None if (GATEWAYS / "node_modules").is_dir() else "run `npm ci` in benchmarks/gateways"
    if shutil.which("node") is None:
        node = "node is not installed"
    hive_router = _hive_router()
    production = {"NODE_ENV": "production"}
    return [
        hanse(),
        Contestant("@apollo/gateway", _apollo, node, production, "/"),
        Contestant("@graphql-hive/gateway", _hive_jit, node, production),
        Contestant("@graphql-hive/gateway, Rust planner", _hive, node, {**production, "HIVE_RUST": "1"}),
        Contestant(
            "hive-router (Rust)",
            lambda supergraph, port: _hive_router_command(hive_router, supergraph, port),
            None if hive_router else "build it: see benchmarks/README.md",
        ),
    ]


def hanse(
    binary: Path = Path(sys.executable).parent / "hanse", settings: Mapping[str, Any] | None = None
) -> Contestant:
    """Ours, or that of another checkout by its `hanse` command.

    `settings` are those of the router beside the defaults. The other routers sign no tokens for subgraphs, so ours
    does not either unless the settings say so.
    """
    given = {"identity": {"enabled": False}, **(settings or {})}
    return Contestant("hanse", lambda supergraph, port: _hanse(binary, given, supergraph, port))


def _hanse(binary: Path, settings: Mapping[str, Any], supergraph: Path, port: int) -> list[str]:
    config = supergraph.parent / "router.yaml"
    config.write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML
    command = [str(binary), "router", "--supergraph", str(supergraph)]
    return [*command, "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]


def _apollo(supergraph: Path, port: int) -> list[str]:
    return ["node", str(GATEWAYS / "apollo.mjs"), str(supergraph), str(port)]


def _hive(supergraph: Path, port: int) -> list[str]:
    binary = GATEWAYS / "node_modules" / ".bin" / "hive-gateway"
    config = GATEWAYS / "hive.config.mjs"
    return [str(binary), "supergraph", str(supergraph), "-c", str(config), "-p", str(port), "-h", "127.0.0.1"]


def _hive_jit(supergraph: Path, port: int) -> list[str]:
    return [*_hive(supergraph, port), "--jit"]


def _hive_router() -> Path | None:
    folders = (_CACHE / "bin", _CARGO)
    known = [folder / name for folder in folders for name in ("hive_router", "hive-router")]
    return next((path for path in known if path.is_file()), None)


def _hive_router_command(binary: Path | None, supergraph: Path, port: int) -> list[str]:
    config = supergraph.parent / "router.config.yaml"  # the router reads this from its working directory
    config.write_text(
        f"supergraph:\n  source: file\n  path: {supergraph}\nlog:\n  level: error\n"
        f"http:\n  host: 127.0.0.1\n  port: {port}\n"
        "traffic_shaping:\n  all:\n    dedupe_enabled: false\n  router:\n    dedupe:\n      enabled: false\n",
        encoding="utf-8",
    )
    return [str(binary)]
