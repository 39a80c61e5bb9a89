"""Compare this checkout's router with another checkout's: `python -m benchmarks.baseline HANSE`.

`HANSE` is the `hanse` command of the other checkout. Both routers run at the same time on one core and are loaded in
turn, so that other load of the machine affects both alike; the median of the rounds' ratios is the result.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cases import CASES, Case
from benchmarks.contestants import Contestant, hanse
from benchmarks.measure import Running, Setting, Stub


@dataclass(frozen=True, slots=True)
class Comparison:
    """One case: CPU milliseconds per request of both (medians), and the ratios ours / baseline of the rounds."""

    case: str
    ours: float
    baseline: float
    ratios: tuple[float, ...]
    same: bool

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return statistics.median(self.ratios)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table. Returns 1 if a case exceeds the allowed ratio, or if a response differs."""
    options = _options(arguments)
    setting = Setting(seconds=options.seconds, warm=options.seconds, rounds=options.rounds)
    chosen = [case for case in CASES if not options.case or any(part in case.name for part in options.case)]
    failed = False
    with tempfile.TemporaryDirectory(prefix="hanse-baseline-") as name:
        stub = Stub(Path(name), setting.delay)
        try:
            print("| case | ours, CPU ms | baseline, CPU ms | ratio | lowest | highest |\n|---|---|---|---|---|---|")
            for case in chosen:
                row = compare(case, (hanse(), hanse(options.baseline)), stub, Path(name), setting)
                failed |= not row.same or row.ratio > 1 + options.allowed / 100
                print(
                    f"| {row.case} | {row.ours:.3f} | {row.baseline:.3f} | {row.ratio:.3f} | {min(row.ratios):.3f} "
                    f"| {max(row.ratios):.3f} |{'' if row.same else ' WRONG: the answers differ'}",
                    flush=True,
                )
        finally:
            stub.close()
    return int(failed)


def compare(
    case: Case, routers: tuple[Contestant, Contestant], stub: Stub, folder: Path, setting: Setting
) -> Comparison:
    """Load two routers in turn; the second one is the baseline. Raises RuntimeError if one does not run."""
    ours = Running(routers[0], case, stub, folder / "ours", setting)
    try:
        other = Running(routers[1], case, stub, folder / "baseline", setting)
        try:
            ours.warm_up()
            other.warm_up()
            rounds = [(ours.round().cpu_ms, other.round().cpu_ms) for _ in range(setting.rounds)]
        finally:
            other.close()
    finally:
        ours.close()
    return Comparison(
        case.name,
        statistics.median(one for one, _ in rounds),
        statistics.median(other for _, other in rounds),
        tuple(one / other for one, other in rounds),
        ours.reply.get("data") == other.reply.get("data"),
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.baseline", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("baseline", type=Path, metavar="HANSE", help="the `hanse` command of the other checkout")
    parser.add_argument("--case", action="append", default=[], help="only cases whose name contains this")
    parser.add_argument("--rounds", type=int, default=9, help="rounds of each router")
    parser.add_argument("--seconds", type=float, default=2.0, help="seconds of each round")
    parser.add_argument("--allowed", type=float, default=3.0, help="per cent that ours may be dearer")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
