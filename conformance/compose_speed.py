"""Compares the composition times of our composer and the oracles in one run: `python -m conformance.compose_speed`."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from conformance.audit_server import cloned
from conformance.corpus import fixture_folders
from conformance.oracles.client import OracleName, OracleProcess
from hanse_schema.subgraph.model import SubgraphSource

FIXTURE = "huge-schema"
SOURCE = "https://github.com/graphql-hive/federation-composition"
_COLD_RUNS = 3
_COLD = """
import json, sys
from hanse_schema.compose import compose
from hanse_schema.subgraph.model import SubgraphSource
with open(sys.argv[1], encoding="utf-8") as file:
    subgraphs = [SubgraphSource(**subgraph) for subgraph in json.load(file)]
sys.exit(compose(subgraphs).sdl is None)
"""


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds: the median of warm runs in one process, and the duration of a fresh process."""

    warm: float
    cold: float


def scaled(count: int) -> list[SubgraphSource]:
    """`count` subgraphs that compose: each owns an entity and adds fields to the next three."""
    head = (
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", '
        'import: ["@key", "@shareable", "@requires", "@external", "@tag"])\n'
    )
    return [
        SubgraphSource(f"part{number}", head + _scaled_part(number, count), f"http://part{number}.test/graphql")
        for number in range(count)
    ]


def _scaled_part(number: int, count: int) -> str:
    others = sorted({(number + step) % count for step in (1, 2, 3)} - {number})
    lines = [
        f"type Query {{ entity{number}(id: ID!): Entity{number} search{number}(by: Filter): [Entity{number}!]! }}",
        f'type Entity{number} @key(fields: "id") {{ id: ID! name: String! size: Int page: Page '
        + " ".join(f"to{other}: Entity{other}" for other in others)
        + " }",
        "type Page @shareable { total: Int next: String }",
        "input Filter { text: String limit: Int = 10 }",
        "enum Order { UP DOWN }",
        f"interface Named{number} {{ name: String! }}",
        f'type Detail{number} implements Named{number} {{ name: String! @tag(name: "t") order: Order }}',
        f"extend type Query {{ detail{number}(order: Order): Detail{number} }}",
    ]
    lines += [
        f'type Entity{other} @key(fields: "id") {{ id: ID! size: Int @external '
        f'extra{number}: Int @requires(fields: "size") note{number}(a: Int = 1): String }}'
        for other in others
    ]
    return "\n".join(lines) + "\n"


def warm_ours(subgraphs: Sequence[SubgraphSource], repeat: int) -> float:
    """The median milliseconds of a warm run of our composer. Raises `RuntimeError` if it rejects the set."""
    from hanse_schema.compose import compose

    def once() -> None:
        composition = compose(subgraphs)
        if composition.sdl is None:
            raise RuntimeError(f"ours refuses: {composition.errors[:3]}")

    return statistics.median([_timed(once) for _ in range(repeat + 1)][1:])


def warm_oracle(oracle: OracleName, subgraphs: Sequence[SubgraphSource], repeat: int) -> float:
    """The median milliseconds of a warm run of an oracle. Raises `RuntimeError` if it rejects the set."""
    with OracleProcess(timeout=600) as process:
        verdict = process.compose(oracle, subgraphs, repeat=repeat + 1)
    if not verdict.accepted:
        raise RuntimeError(f"{oracle} refuses: {verdict.errors[:3]} {verdict.crash}")
    return statistics.median(verdict.milliseconds[1:])


def time_ours(subgraphs: Sequence[SubgraphSource], repeat: int) -> Timing:
    """Our composer's times."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump([asdict(subgraph) for subgraph in subgraphs], file)
        file.flush()
        command = [sys.executable, "-c", _COLD, file.name]
        cold = [_timed(lambda: subprocess.run(command, check=True)) for _ in range(_COLD_RUNS)]
    return Timing(warm_ours(subgraphs, repeat), statistics.median(cold))


def time_oracle(oracle: OracleName, subgraphs: Sequence[SubgraphSource], repeat: int) -> Timing:
    """An oracle's times."""

    def fresh() -> None:
        with OracleProcess(timeout=600) as process:
            process.compose(oracle, subgraphs)

    cold = [_timed(fresh) for _ in range(_COLD_RUNS)]
    return Timing(warm_oracle(oracle, subgraphs, repeat), statistics.median(cold))


def check_line(subgraphs: Sequence[SubgraphSource], repeat: int) -> str:
    """A sentence with our time for `hanse schema check`: the largest subgraph adds a field."""
    from hanse.checks.request import CheckRequest
    from hanse.checks.run import run_checks

    before, after = ({one.name: one for one in graph} for graph in (subgraphs, with_field(subgraphs, "added")))
    request = CheckRequest(before=before, after=after)
    seconds = statistics.median(_processor_seconds(lambda: run_checks(request)) for _ in range(repeat))
    return f"`hanse schema check` of one of the {len(subgraphs)} subgraphs: {seconds:.1f} s of processor time.\n"


def again_line(subgraphs: Sequence[SubgraphSource], repeat: int) -> str:
    """A sentence with our time for a composition after a change of the largest subgraph, as `hanse dev` composes."""
    from hanse_schema.compose import IngestCache, compose

    def printed(graph: Sequence[SubgraphSource], cache: IngestCache | None) -> str | None:
        return compose(graph, cache).sdl

    def seconds(cache: IngestCache | None) -> float:
        graphs = [with_field(subgraphs, f"added{number}") for number in range(repeat + 1)]
        durations = [_processor_seconds(partial(printed, graph, cache)) for graph in graphs]
        return statistics.median(durations[1:])

    return (
        f"A composition after a change of one of the {len(subgraphs)} subgraphs: {seconds(IngestCache()):.2f} s of "
        f"processor time; without what is known from the one before: {seconds(None):.2f} s.\n"
    )


def with_field(subgraphs: Sequence[SubgraphSource], name: str) -> list[SubgraphSource]:
    """The subgraphs; the largest one has one more field."""
    changing = max(subgraphs, key=lambda subgraph: len(subgraph.sdl))
    changed = replace(changing, sdl=f"{changing.sdl}\nextend type Query {{ {name}: Int }}\n")
    return [changed if one is changing else one for one in subgraphs]


def _processor_seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def table(title: str, subgraphs: Sequence[SubgraphSource], repeat: int) -> list[str]:
    """A Markdown table of all composers over one set, with ratios to `@apollo/composition`."""
    size = sum(len(subgraph.sdl) for subgraph in subgraphs) / 1000
    apollo = time_oracle("apollo", subgraphs, repeat)
    rows = [
        ("`hanse_schema.compose`", time_ours(subgraphs, repeat)),
        ("`@apollo/composition`", apollo),
        ("`@theguild/federation-composition`", time_oracle("guild", subgraphs, repeat)),
    ]
    lines = [
        f"{title}: {len(subgraphs)} subgraphs, {size:.0f} kB of SDL",
        "",
        "| composer | warm, ms | ratio | cold process, ms | ratio |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, timing in rows:
        ratios = f"{timing.warm / apollo.warm:.2f}", f"{timing.cold / apollo.cold:.2f}"
        lines.append(f"| {name} | {timing.warm:.0f} | {ratios[0]} | {timing.cold:.0f} | {ratios[1]} |")
    return [*lines, ""]


def growth(counts: Sequence[int], repeat: int) -> list[str]:
    """A Markdown table of our warm times over growing generated sets, compared with `@apollo/composition`."""
    lines = [
        "| subgraphs | ours, ms | ours, ms a subgraph | `@apollo/composition`, ms | a subgraph | ratio |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    for count in counts:
        subgraphs = scaled(count)
        ours, apollo = warm_ours(subgraphs, repeat), warm_oracle("apollo", subgraphs, repeat)
        lines.append(
            f"| {count} | {ours:.0f} | {ours / count:.2f} | {apollo:.0f} | {apollo / count:.2f} | {ours / apollo:.2f} |"
        )
    return [*lines, ""]


def main(words: Sequence[str] | None = None) -> int:
    """Measure with command line arguments, and print Markdown."""
    parser = argparse.ArgumentParser(prog="conformance.compose_speed", description=__doc__)
    parser.add_argument(
        "--checkout", type=Path, help="a checkout of graphql-hive/federation-composition; default: a clone"
    )
    parser.add_argument("--repeat", type=int, default=5, help="warm runs whose median counts")
    parser.add_argument("--counts", type=int, nargs="*", default=[10, 25, 50, 100])
    options = parser.parse_args(words)
    checkout = options.checkout or cloned("federation-composition", SOURCE)
    fixtures = {named.name: named.subgraphs for named in fixture_folders(checkout)}
    print("\n".join(table(FIXTURE, fixtures[FIXTURE], options.repeat)), flush=True)
    print(check_line(fixtures[FIXTURE], options.repeat), flush=True)
    print(again_line(fixtures[FIXTURE], options.repeat), flush=True)
    if options.counts:
        print("\n".join(growth(options.counts, options.repeat)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
