"""Composition cases as folders: an SDL file for each subgraph, and the expected result.

`python -m conformance.cases` writes them. A rejected set has `errors.txt`, one error code per line; an accepted one
has `supergraph.graphql`. Results are the first oracle's: a supergraph is printed by our composer, if it is
equivalent to the oracle's.
"""

from __future__ import annotations

import random
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.audit_server import CACHE
from conformance.compare import compare
from conformance.corpus import NamedSet
from conformance.generate import generate
from conformance.generator.breakages import add_snippet
from conformance.generator.draft import SetDraft
from conformance.generator.features import FEATURES
from conformance.generator.render import render
from conformance.generator.snippets import SNIPPETS
from conformance.oracles.client import Verdict
from conformance.verdicts import Oracles, ours
from hanse_schema.subgraph.model import SubgraphSource

FOLDER = Path(__file__).parent.parent / "tests" / "conformance" / "cases"
_EACH_FEATURE = 3
_URL = "http://{}.test/graphql"


@dataclass(frozen=True, slots=True)
class Case:
    """A case read from its folder: `codes` of a rejected set, else the expected `supergraph` SDL."""

    name: str
    subgraphs: tuple[SubgraphSource, ...]
    codes: tuple[str, ...] = ()
    supergraph: str | None = None


def read_case(folder: Path) -> Case:
    """Read the case in a folder. Subgraphs are in the order of their file names, which start with a number."""
    subgraphs = []
    for file in sorted(folder.glob("[0-9]*.graphql")):
        name = file.stem.partition("-")[2]
        subgraphs.append(SubgraphSource(name, file.read_text(encoding="utf-8"), _URL.format(name.lower())))
    supergraph, errors = folder / "supergraph.graphql", folder / "errors.txt"
    if supergraph.exists():
        return Case(folder.name, tuple(subgraphs), supergraph=supergraph.read_text(encoding="utf-8"))
    return Case(folder.name, tuple(subgraphs), tuple(errors.read_text(encoding="utf-8").split()))


def write_case(folder: Path, subgraphs: tuple[SubgraphSource, ...], answer: Verdict, supergraph: str | None) -> None:
    """Replace a case's folder."""
    folder.mkdir(parents=True)
    for number, subgraph in enumerate(subgraphs, 1):
        (folder / f"{number}-{subgraph.name}.graphql").write_text(subgraph.sdl.strip() + "\n", encoding="utf-8")
    if supergraph is not None:
        (folder / "supergraph.graphql").write_text(supergraph, encoding="utf-8")
    else:
        (folder / "errors.txt").write_text("\n".join(answer.codes) + "\n", encoding="utf-8")


def snippet_sets() -> Iterator[NamedSet]:
    """Each snippet on its own, in minimal subgraphs."""
    for number, snippet in enumerate(SNIPPETS):
        draft = SetDraft(random.Random(number))
        add_snippet(draft, snippet)
        yield NamedSet("snippet", tuple(render(subgraph) for subgraph in draft.subgraphs))


def feature_sets(max_seeds: int = 6000) -> Iterator[NamedSet]:
    """For each feature, small generated sets with only this feature."""
    wanted = Counter({feature.__name__: _EACH_FEATURE for feature, _ in FEATURES})
    for seed in range(max_seeds):
        made = generate(seed)
        if len(made.features) == 1 and not made.breakages and wanted[made.features[0]]:
            if sum(len(subgraph.sdl) for subgraph in made.subgraphs) > 1800 or len(made.subgraphs) < 2:
                continue
            wanted[made.features[0]] -= 1
            yield NamedSet(made.features[0].replace("_", "-"), made.subgraphs)


def main(_: Sequence[str] | None = None) -> int:
    """Rewrite all cases; those on which our composer and the oracle differ are reported and omitted."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    numbers: Counter[str] = Counter()
    left_out = 0
    with Oracles(CACHE / "verdicts.sqlite") as oracles:
        for named in [*snippet_sets(), *feature_sets()]:
            answer = oracles.verdict("apollo", named.subgraphs)
            our = ours(named.subgraphs)
            stem = named.name if answer.accepted else "-".join(answer.codes).lower().replace("_", "-")
            if answer.crash or (difference := compare(our, answer)):
                left_out += 1
                print(f"left out {stem}: {'the oracle crashed' if answer.crash else difference}"[:200])
                continue
            numbers[stem] += 1
            write_case(FOLDER / f"{stem}-{numbers[stem]}", named.subgraphs, answer, our.sdl)
    print(f"{numbers.total()} cases written, {left_out} left out")
    return 0


if __name__ == "__main__":
    sys.exit(main())
