"""Prints the results of a run: numbers of mutations and kills, and the results of the checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deploy.chaos.faults import Faults
from deploy.chaos.final_state import Drained
from deploy.chaos.load import Notes
from deploy.chaos.supervisor import Supervisor


@dataclass(frozen=True, slots=True)
class Tally:
    """The numbers of a run. `seconds` is the time of load and faults, `settled` the time until all parts ran again."""

    notes: Notes
    faults: Faults
    supervisor: Supervisor
    seconds: float
    settled: float
    drained: Drained | None
    emitted: int
    logged: int


def print_tally(tally: Tally) -> None:
    """Print the numbers."""
    notes, faults, by_kind = tally.notes, tally.faults, tally.faults.kills_by_kind
    print(f"acknowledged  {notes.count} mutations in {tally.seconds:.0f} s, {notes.count / tally.seconds:.1f} a second")
    print(f"              {_listed({kind: len(things) for kind, things in sorted(notes.acknowledged.items())})}")
    print(f"refused       {_listed(dict(notes.refused.most_common()))}")
    print(f"killed        {faults.kills.total()} times, by kind: {_listed(by_kind)}")
    print(f"              by part: {_listed(dict(sorted(faults.kills.items())))}")
    if spared := [kind for kind, kills in by_kind.items() if not kills]:
        print(f"              NEVER: {', '.join(spared)}; give it more --minutes")
    print(f"ended itself  {_listed(dict(sorted(tally.supervisor.ended.items())))}")
    print(f"all ran again {tally.settled:.0f} s after the last answer")
    print(f"drained       {_drained(tally.drained)}")
    duplicates = tally.logged - tally.emitted
    print(f"events        {tally.emitted} emitted, {tally.logged} in the log: {duplicates} duplicates, counted once")


def print_verdict(checks: Mapping[str, Sequence[str]]) -> None:
    """Print each check with its problems."""
    for rule, problems in checks.items():
        print(f"{'FAILED' if problems else 'passed'}  {rule}")
        for problem in problems:
            print(f"       {problem}")


def _drained(drained: Drained | None) -> str:
    if drained is None:
        return "never"
    slowest = sorted(drained.waited.items(), key=lambda step: -step[1])[:3]
    waited = "; ".join(f"until {seconds:.0f} s for {waited_for}" for waited_for, seconds in slowest)
    return f"after {drained.seconds:.0f} s" + (f": {waited}" if waited else "")


def _listed(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in numbers.items()) or "none"
