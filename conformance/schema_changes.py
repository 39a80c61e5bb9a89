"""Compare our changes of schemas with those of graphql-js and GraphQL Inspector: `python -m conformance changes`.

It compares the cases of tests/schema/checks and generated pairs of schemas. It fails on a difference that is not listed
with its reason in docs/explanation/schema-changes.md, and where a type of change of an oracle has no case.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from graphql import build_schema

from conformance.oracles.client import NodeProcess, OracleCrash
from conformance.schema_change_events import (
    GRAPHQL_JS,
    INSPECTOR,
    Event,
    around,
    key_of,
    of_graphql_js,
    of_inspector,
)
from hanse_schema.checks.changes import Change, ChangeLevel, diff_schemas
from tests.schema.checks.cases import all_cases
from tests.schema.checks.changes.mutations import random_pair

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "schema-changes.md"
ANY = "any change"
UNUSED = "an element that no operation uses"
WITH_PARENT = "an element that was added with its parent"
APPLIED_ARGUMENT = "an argument of an applied directive"
NOTHING = "nothing"

Difference = tuple[str, str, str]
"""The oracle, its change, and ours."""
_ROW = re.compile(rf"^\| ({GRAPHQL_JS}|{INSPECTOR}) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def differences(changes: Sequence[Change], oracle: str, theirs: Sequence[Event]) -> Iterator[Difference]:
    """The differences in one pair of schemas."""
    ours = {key_of(change): change for change in changes}
    for event in theirs:
        change = ours.get(event.key)
        if change is not None and change.level is event.level:
            continue
        if event.is_applied_argument:
            yield oracle, APPLIED_ARGUMENT, ANY
        elif change is not None:
            yield (oracle, event.name, change.kind.name) if change.usable else (oracle, ANY, UNUSED)
        elif any(("added", element, "") in ours for element in around(event.key)):
            yield oracle, ANY, WITH_PARENT
        else:
            yield oracle, event.name, NOTHING
    known = {event.key for event in theirs}
    for key, change in ours.items():
        if key not in known and not (oracle == GRAPHQL_JS and change.level is ChangeLevel.SAFE):
            yield oracle, NOTHING, f"{change.kind.name} {change.level.value}"


def listed() -> dict[Difference, str]:
    """The differences in the documentation, and their reasons."""
    rows = _ROW.findall(PAGE.read_text(encoding="utf-8"))
    return {(oracle, _plain(theirs), _plain(ours)): reason for oracle, theirs, ours, reason in rows}


def _plain(cell: str) -> str:
    return cell.replace("`", "").strip()


def pairs(count: int, seed: int) -> Iterator[tuple[str, str, str]]:
    """The name and the SDL of the schemas of all cases, then of generated pairs."""
    for case in all_cases():
        before, after = case.folder / "before.graphql", case.folder / "after.graphql"
        if before.exists() and after.exists():
            yield case.name, before.read_text(encoding="utf-8"), after.read_text(encoding="utf-8")
    for number in range(seed, seed + count):
        yield f"seed {number}", *random_pair(number)


class Run:
    """A comparison: what differs, and which types of changes the oracles reported in cases."""

    def __init__(self, oracle: NodeProcess) -> None:
        self._oracle = oracle
        self.compared = 0
        self.changes = 0
        self.found: Counter[Difference] = Counter()
        self.examples: dict[Difference, str] = {}
        self.in_cases: set[tuple[str, str]] = set()

    def compare(self, name: str, before: str, after: str) -> None:
        """Compare one pair. Raises OracleCrash when an oracle does."""
        answer = self._oracle.ask({"before": before, "after": after})
        if "crash" in answer:
            raise OracleCrash(f"{name}: {answer['crash']}")
        changes = diff_schemas(build_schema(before), build_schema(after))
        self.compared += 1
        self.changes += len(changes)
        if not name.startswith("seed"):
            self.in_cases |= {(GRAPHQL_JS, change["type"]) for change in answer["graphqlJs"]}
            self.in_cases |= {(INSPECTOR, change["type"]) for change in answer["inspector"]}
        theirs = {
            GRAPHQL_JS: [of_graphql_js(change) for change in answer["graphqlJs"]],
            INSPECTOR: [of_inspector(change) for change in answer["inspector"]],
        }
        for oracle, events in theirs.items():
            for difference in differences(changes, oracle, events):
                self.found[difference] += 1
                self.examples.setdefault(difference, name)

    def without_case(self) -> list[tuple[str, str]]:
        """The types of changes that no case has."""
        answer = self._oracle.ask({"list": True})
        types = [(GRAPHQL_JS, type_) for type_ in answer["graphqlJs"]]
        types += [(INSPECTOR, type_) for type_ in answer["inspector"]]
        return [type_ for type_ in types if type_ not in self.in_cases]


def main(words: Sequence[str] | None = None) -> int:
    """Compare, and print all differences. Returns 0 if all are listed."""
    parser = argparse.ArgumentParser(prog="python -m conformance changes", description=__doc__)
    parser.add_argument("--pairs", type=int, default=1000, help="number of generated pairs")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    options = parser.parse_args(words)
    reasons = listed()
    with NodeProcess("changes.mjs") as oracle:
        run = Run(oracle)
        for name, before, after in pairs(options.pairs, options.seed):
            run.compare(name, before, after)
        without = [type_ for type_ in run.without_case() if (*type_, NOTHING) not in reasons]
    print(f"{run.compared} pairs of schemas, {run.changes} changes")
    unlisted = {difference for difference in run.found if difference not in reasons}
    for difference, count in sorted(run.found.items()):
        mark = "UNLISTED " if difference in unlisted else ""
        print(f"{mark}{count:6} {' | '.join(difference)} (first: {run.examples[difference]})")
    for difference in sorted(reasons.keys() - run.found.keys()):
        print(f"listed, not found: {' | '.join(difference)}")
    for type_ in without:
        print(f"no case has {' '.join(type_)}")
    return int(bool(unlisted or without))


if __name__ == "__main__":
    sys.exit(main())
