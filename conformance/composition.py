"""Compare our composer with the oracles over many subgraph sets: `python -m conformance.composition --sets 2000`."""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from conformance.audit_server import CACHE, SOURCE, read_suite, served, suite_names
from conformance.compare import Difference, codes_histogram, compare, hint_difference, percentage
from conformance.corpus import NamedSet, fixture_folders, test_inputs
from conformance.generate import generate
from conformance.generator.mutate import mutate
from conformance.oracles.client import Verdict
from conformance.shrink import Sources, shrink
from conformance.verdicts import Oracles, guild_knows, ours

TARGETS = (0.995, 0.98, 0.995)
_MAX_EXAMPLE = 8000  # maximum characters of SDL of an example in the summary


@dataclass(slots=True)
class Found:
    """A set on which our composer differs from the first oracle."""

    name: str
    subgraphs: Sources
    our: Verdict
    theirs: Verdict
    difference: Difference


@dataclass(slots=True)
class Tally:
    """The counts of a run."""

    sets: int = 0
    unknown: int = 0
    accepted: int = 0
    both_accept: int = 0
    both_refuse: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    hints: Counter[str] = field(default_factory=Counter)
    oracles_differ: Counter[str] = field(default_factory=Counter)
    guild_sets: int = 0
    guild_ours: Counter[str] = field(default_factory=Counter)
    apollo: list[Verdict] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    our_seconds: float = 0.0

    def holds(self) -> bool:
        """Whether the agreement meets TARGETS for verdicts, codes and supergraphs."""
        known = self.sets - self.unknown
        parts = [
            (self.kinds["verdict"] + self.kinds["crash"], known),
            (self.kinds["codes"], self.both_refuse),
            (self.kinds["supergraph"], self.both_accept),
        ]
        return all(whole - wrong >= target * whole for (wrong, whole), target in zip(parts, TARGETS, strict=True))

    def lines(self) -> list[str]:
        """The agreement in percent, one line each."""
        known = self.sets - self.unknown
        wrong_verdict = self.kinds["verdict"] + self.kinds["crash"]
        lines = [
            f"sets {self.sets}, accepted by @apollo/composition {percentage(self.accepted, known)}",
            f"same verdict            {percentage(known - wrong_verdict, known)}",
            f"same codes of refused   {percentage(self.both_refuse - self.kinds['codes'], self.both_refuse)}",
            f"equivalent supergraphs  {percentage(self.both_accept - self.kinds['supergraph'], self.both_accept)}",
            f"same hints of accepted  {percentage(self.both_accept - self.hints.total(), self.both_accept)}",
            f"crashes of ours {self.kinds['crash']}, of the oracle {self.unknown}; our time {self.our_seconds:.1f} s",
        ]
        if self.guild_sets:
            between = percentage(self.guild_sets - self.oracles_differ["verdict"], self.guild_sets)
            ours_too = self.guild_sets - self.guild_ours["verdict"] - self.guild_ours["crash"]
            lines += [
                f"@theguild/federation-composition has the same verdict as @apollo/composition: {between}",
                f"and as ours: {percentage(ours_too, self.guild_sets)}",
            ]
        return lines


def generated(first: int, count: int) -> Iterator[NamedSet]:
    """Generated sets by their seeds."""
    for seed in range(first, first + count):
        yield NamedSet(f"seed {seed}", generate(seed).subgraphs)


def audit_sets(source: str) -> Iterator[NamedSet]:
    """The subgraph sets of the gateway audit."""
    with served(source) as url:
        for name in suite_names(url):
            yield NamedSet(f"audit {name}", read_suite(url, name).subgraphs)


def mutated(named: NamedSet, times: int) -> Iterator[NamedSet]:
    """Copies of a set with one or two random changes each."""
    for number in range(times):
        rng = random.Random(f"{named.name} {number}")
        yield NamedSet(f"{named.name} changed {number}", mutate(rng, named.subgraphs, rng.randint(1, 2)))


def run(sets: Iterable[NamedSet], oracles: Oracles, *, guild: bool) -> Tally:
    """Compose every set with all composers, and count."""
    tally = Tally()
    for named in sets:
        theirs = oracles.verdict("apollo", named.subgraphs)
        tally.sets += 1
        tally.apollo.append(theirs)
        if theirs.crash:
            tally.unknown += 1
            continue
        started = time.perf_counter()
        our = ours(named.subgraphs)
        tally.our_seconds += time.perf_counter() - started
        tally.accepted += theirs.accepted
        difference = compare(our, theirs)
        if difference is not None:
            tally.kinds[difference.kind] += 1
            tally.found.append(Found(named.name, named.subgraphs, our, theirs, difference))
        if our.accepted and theirs.accepted:
            tally.both_accept += 1
            if hints := hint_difference(our, theirs):
                tally.hints[hints] += 1
        elif not our.accepted and not our.crash and not theirs.accepted:
            tally.both_refuse += 1
        if guild and guild_knows(named.subgraphs):
            _count_guild(tally, named, our, theirs, oracles)
    return tally


def _count_guild(tally: Tally, named: NamedSet, our: Verdict, apollo: Verdict, oracles: Oracles) -> None:
    verdict = oracles.verdict("guild", named.subgraphs)
    if verdict.crash:
        return
    tally.guild_sets += 1
    if difference := compare(verdict, apollo):
        tally.oracles_differ[difference.kind] += 1
    if difference := compare(our, verdict):
        tally.guild_ours[difference.kind] += 1


def smaller(found: Found, oracles: Oracles, seconds: float) -> Sources:
    """The smallest set found with the same difference."""
    if sum(len(subgraph.sdl) for subgraph in found.subgraphs) > 10 * _MAX_EXAMPLE:
        return found.subgraphs
    wanted = (found.difference.kind, found.difference.signature)

    def holds(subgraphs: Sources) -> bool:
        our = ours(subgraphs, seconds=5)
        # Our composer is faster: if its result changed, the oracle need not run.
        if wanted[0] in {"verdict", "codes"} and (our.accepted, our.codes) != (found.our.accepted, found.our.codes):
            return False
        difference = compare(our, oracles.verdict("apollo", subgraphs, keep=False))
        return difference is not None and (difference.kind, difference.signature) == wanted

    return shrink(found.subgraphs, holds, seconds)


def write_report(tally: Tally, folder: Path, oracles: Oracles, *, seconds: float, title: str) -> None:
    """Write report.jsonl, one difference per line, and SUMMARY.md, one section per group of similar differences."""
    folder.mkdir(parents=True, exist_ok=True)
    groups: dict[tuple[str, str], list[Found]] = {}
    for found in tally.found:
        groups.setdefault((found.difference.kind, found.difference.signature), []).append(found)
    order = sorted(groups.items(), key=lambda item: -len(item[1]))
    small: dict[str, Sources] = {}
    sections = [f"# {title}", "", "```", *tally.lines(), "```", ""]
    for (kind, signature), members in order:
        example = min(members, key=lambda found: sum(len(s.sdl) for s in found.subgraphs))
        small[example.name] = smaller(example, oracles, seconds)
        sections += _section(kind, signature, members, example, small[example.name])
    if tally.hints:
        sections += ["## hints", ""]
        sections += [f"- {count} x {text}" for text, count in tally.hints.most_common(40)]
    (folder / "SUMMARY.md").write_text("\n".join(sections) + "\n", encoding="utf-8")
    with (folder / "report.jsonl").open("w", encoding="utf-8") as report:
        for found in tally.found:
            report.write(json.dumps(_record(found, small.get(found.name))) + "\n")


def _section(kind: str, signature: str, members: list[Found], example: Found, small: Sources) -> list[str]:
    names = ", ".join(found.name for found in members[:6])
    lines = [f"## {len(members)} x {kind}: {signature}", "", f"{names}{' ...' if len(members) > 6 else ''}", ""]
    for who, verdict in (("ours", example.our), ("theirs", example.theirs)):
        lines += [f"- {who}: {code}: {message[:400]}" for code, message in verdict.errors]
    if example.difference.kind == "crash":
        lines += ["```", *example.difference.details[0].strip().splitlines()[-6:], "```"]
    else:
        lines += [f"- `{detail[:300]}`" for detail in example.difference.details[:8]]
    if sum(len(subgraph.sdl) for subgraph in small) > _MAX_EXAMPLE:
        return [*lines, "", f"(too long to show: see {example.name} in report.jsonl)", ""]
    lines += ["", "```graphql"]
    for subgraph in small:
        lines += [f"# ---- {subgraph.name}", subgraph.sdl.strip()]
    return [*lines, "```", ""]


def _record(found: Found, small: Sources | None) -> dict[str, object]:
    return {
        "name": found.name,
        "kind": found.difference.kind,
        "signature": found.difference.signature,
        "ours": [*found.our.errors],
        "apollo": [*found.theirs.errors],
        "details": found.difference.details,
        "shrunk": small is not None,
        "subgraphs": [{"name": s.name, "url": s.url, "sdl": s.sdl} for s in small or found.subgraphs],
    }


def chosen_sets(options: argparse.Namespace) -> Iterator[NamedSet]:
    """The sets selected on the command line."""
    if options.sets:
        yield from generated(options.first, options.sets)
    if options.audit:
        yield from audit_sets(options.audit)
    for checkout in options.checkout:
        if not options.mutate:
            yield from fixture_folders(checkout)
        for named in test_inputs(checkout):
            yield from mutated(named, options.mutate) if options.mutate else [named]


def main(words: Sequence[str] | None = None) -> int:
    """Run with command line arguments, print the agreement, write the report; returns 0 if the targets are met."""
    parser = argparse.ArgumentParser(prog="conformance.composition", description=__doc__)
    parser.add_argument("--sets", type=int, default=2000, help="how many generated sets")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--audit", nargs="?", const=SOURCE, help="the audit's sets too, cloned from there")
    parser.add_argument("--checkout", type=Path, action="append", default=[], help="a checkout with test inputs")
    parser.add_argument(
        "--mutate", type=int, default=0, help="instead of a checkout's inputs, so many changed copies each"
    )
    parser.add_argument("--report", type=Path, help="folder of the report; default: a new temporary one")
    parser.add_argument("--title", default="Differences from @apollo/composition")
    parser.add_argument("--shrink", type=float, default=8.0, help="seconds to shrink one example a group")
    parser.add_argument("--no-guild", action="store_true", help="leave the second oracle out")
    parser.add_argument("--codes", action="store_true", help="print how often each error code was hit")
    options = parser.parse_args(words)
    with contextlib.ExitStack() as stack:
        oracles = stack.enter_context(Oracles(CACHE / "verdicts.sqlite"))
        tally = run(chosen_sets(options), oracles, guild=not options.no_guild)
        print("\n".join(tally.lines()), flush=True)
        if options.codes:
            print("\n".join(f"{count:6} {code}" for code, count in codes_histogram(tally.apollo).most_common()))
        folder = options.report or Path(tempfile.mkdtemp(prefix="hanse-composition-"))
        write_report(tally, folder, oracles, seconds=options.shrink, title=options.title)
        print(f"{len(tally.found)} differences in {folder}")
    return 0 if tally.holds() else 1


if __name__ == "__main__":
    sys.exit(main())
