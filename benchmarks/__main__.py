"""Run the benchmark and print its table: `python -m benchmarks [--quick] [--case NAME] [--only NAME] [--output FILE]`.

The result is the CPU time of the router's process: it depends little on the load of the machine.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.cases import CASES, Case
from benchmarks.contestants import Contestant, contestants
from benchmarks.measure import Measured, Setting, Stub, measure
from benchmarks.planning import planning_times
from benchmarks.report import Row, report

_PROXIED = "one fetch"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the selected cases. Returns 1 if one of our responses is wrong."""
    options = _options(arguments)
    setting = Setting(delay=options.delay)
    if options.quick:
        setting = Setting(seconds=1.5, warm=1.5, rounds=1, delay=options.delay)
    chosen = [case for case in CASES if not options.case or any(part in case.name for part in options.case)]
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="hanse-benchmark-") as name:
        folder = Path(name)
        stub = Stub(folder, setting.delay)
        try:
            for case in chosen:
                rows += _run_case(case, stub, folder, setting, options.only)
        finally:
            stub.close()
    text = report(rows, setting, planning_times() if not options.quick else [])
    print(text)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    return int(any(row.contestant == "hanse" and row.wrong for row in rows))


def _run_case(case: Case, stub: Stub, folder: Path, setting: Setting, only: list[str]) -> list[Row]:
    rows: list[Row] = []
    expected: Any = None
    routers = contestants()
    if case.name == _PROXIED:
        routers.append(_proxy(stub))
    for contestant in routers:
        if only and not any(part in contestant.name for part in only):
            continue
        print(f"... {case.name}: {contestant.name}", file=sys.stderr, flush=True)
        if contestant.missing:
            rows.append(Row(case.name, contestant.name, None, contestant.missing))
            continue
        try:
            measured = measure(contestant, case, stub, folder, setting)
        except RuntimeError as error:
            rows.append(Row(case.name, contestant.name, None, str(error)))
            continue
        if expected is None:
            expected = measured.reply
        rows.append(Row(case.name, contestant.name, measured, _difference(measured, expected, case)))
    return rows


def _difference(measured: Measured, expected: Any, case: Case) -> str | None:
    """What is wrong with a response: all routers must return the same data, and errors if a subgraph fails."""
    reply = measured.reply
    if reply.get("data") != expected.get("data") or list(reply.get("data") or ()) != list(expected.get("data") or ()):
        return "WRONG: data differs from that of the first router"
    if bool(reply.get("errors")) is not case.failing:
        return "WRONG: errors missing" if case.failing else f"WRONG: errors {str(reply['errors'])[:80]}"
    return None


def _proxy(stub: Stub) -> Contestant:
    command = [sys.executable, "-m", "benchmarks.proxy"]
    return Contestant(
        "plain reverse proxy",
        lambda _, port: [*command, str(port), f"{stub.url}/accounts"],
        environment={"PYTHONPATH": str(Path(__file__).parent.parent)},
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one short round per router, for development")
    parser.add_argument("--case", action="append", default=[], help="only cases whose name contains this")
    parser.add_argument("--only", action="append", default=[], help="only routers whose name contains this")
    parser.add_argument("--delay", type=float, default=0.0, help="response time of each subgraph, in ms")
    parser.add_argument("--output", type=Path, help="also write the table to this file")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
