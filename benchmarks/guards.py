"""Measure what each guard of the router costs: `python -m benchmarks.guards`.

For each guard two routers run at the same time on one core and are loaded in turn: one with the guard on, one with it
off. All other settings have their defaults.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.baseline import Comparison, compare
from benchmarks.cases import CASES
from benchmarks.contestants import hanse
from benchmarks.measure import Setting, Stub

Settings = Mapping[str, Any]
_MANY = {"max": 1_000_000_000}  # a rate limit that counts and never refuses


@dataclass(frozen=True, slots=True)
class Guard:
    """A guard, whether it is on by default, and the settings that switch it on and off."""

    name: str
    is_default: bool
    on: Settings
    off: Settings
    cases: tuple[str, ...] = ("one fetch", "the public benchmark")


_NONE: Settings = {
    "demand_control": {"mode": "off"},
    "authorization": {"enabled": False},
    "rate_limits": {"enabled": False},
    "csrf": {"enabled": False},
    "errors": {"mask": "none"},
}
GUARDS = (
    Guard("demand control, estimated cost", True, {}, {"demand_control": {"mode": "off"}}),
    Guard("authorization", True, {}, {"authorization": {"enabled": False}}),
    Guard("rate limits", True, {}, {"rate_limits": {"enabled": False}}),
    Guard("CSRF", True, {}, {"csrf": {"enabled": False}}),
    Guard("all of these", True, {}, _NONE),
    Guard("a rate limit on every request", False, {"rate_limits": {"requests": _MANY}}, {}),
    Guard("demand control, actual cost", False, {"demand_control": {"actual": True}}, {}),
    Guard("circuit breaker", False, {"transport": {"circuit": {"failure_ratio": 0.5}}}, {}),
    Guard(
        "masked errors",
        False,
        {"errors": {"mask": "all"}},
        {"errors": {"mask": "none"}},
        ("one fetch", "errors in a subgraph"),
    ),
    # Nothing answers at this URL, so that only counting is measured: reports wait.
    Guard("usage reports", False, {"usage": {"enabled": True, "url": "http://127.0.0.1:9/usage"}}, {}),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table. Returns 1 if a response with a guard differs from that without it."""
    options = _options(arguments)
    setting = Setting(seconds=options.seconds, warm=options.seconds, rounds=options.rounds)
    failed = False
    with tempfile.TemporaryDirectory(prefix="hanse-guards-") as name:
        stub = Stub(Path(name), setting.delay)
        try:
            print("| guard | default | case | CPU ms on | CPU ms off | on / off |\n|---|---|---|---|---|---|")
            for guard in _chosen(options.guard):
                for row in _rows(guard, stub, Path(name), setting):
                    failed |= not row.same
                    print(_line(guard, row), flush=True)
        finally:
            stub.close()
    return int(failed)


def _chosen(parts: Sequence[str]) -> list[Guard]:
    return [guard for guard in GUARDS if not parts or any(part in guard.name for part in parts)]


def _rows(guard: Guard, stub: Stub, folder: Path, setting: Setting) -> Iterable[Comparison]:
    routers = (hanse(settings=guard.on), hanse(settings=guard.off))
    return (compare(case, routers, stub, folder, setting) for case in CASES if case.name in guard.cases)


def _line(guard: Guard, row: Comparison) -> str:
    default = "on" if guard.is_default else "off"
    wrong = "" if row.same else " WRONG: the answers differ"
    return f"| {guard.name} | {default} | {row.case} | {row.ours:.3f} | {row.baseline:.3f} | {row.ratio:.3f} |{wrong}"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guards", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--guard", action="append", default=[], help="only guards whose name contains this")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of each router")
    parser.add_argument("--seconds", type=float, default=1.0, help="seconds of each round")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
