"""Composition cases: a folder of subgraph SDL with the expected supergraph and diagnostics.

`python -m tests.schema.compose.cases` writes the expectations anew from what composition answers now; read the change
before committing it.
"""

from __future__ import annotations

from pathlib import Path

from hanse_schema.compose import SubgraphSource, compose
from hanse_schema.supergraph import join_spec

CASES = Path(__file__).parent / "cases"
SUPERGRAPH, DIAGNOSTICS = "supergraph.graphql", "diagnostics.txt"


def subgraphs_of(case: Path) -> list[SubgraphSource]:
    """A case's subgraphs: each file but the expected supergraph, named after it."""
    return [
        SubgraphSource(file.stem, file.read_text(encoding="utf-8"), f"http://{file.stem}/graphql")
        for file in sorted(case.glob("*.graphql"))
        if file.name != SUPERGRAPH
    ]


def answer(case: Path) -> dict[str, str]:
    """What composition answers to a case now, by the name of the file that expects it."""
    composition = compose(subgraphs_of(case))
    found = [str(diagnostic) for diagnostic in (*composition.errors, *composition.hints)]
    answers = {DIAGNOSTICS: "".join(f"{text}\n" for text in found)} if found else {}
    if composition.sdl is not None:
        answers[SUPERGRAPH] = without_join_definitions(composition.sdl)
    return answers


def without_join_definitions(sdl: str) -> str:
    """The supergraph without the definitions that are the same in all."""
    for text in (*join_spec.DIRECTIVE_DEFINITIONS.values(), *join_spec.TYPE_DEFINITIONS.values()):
        sdl = sdl.replace(f"{text}\n\n", "").replace(f"\n{text}\n", "")
    return sdl


def expected(case: Path) -> dict[str, str]:
    """The expectations in a case's folder, by file name."""
    files = (case / name for name in (SUPERGRAPH, DIAGNOSTICS))
    return {file.name: file.read_text(encoding="utf-8") for file in files if file.exists()}


def main() -> None:
    """Write all expectations anew."""
    for case in sorted(CASES.iterdir()):
        for name in (SUPERGRAPH, DIAGNOSTICS):
            (case / name).unlink(missing_ok=True)
        for name, text in answer(case).items():
            (case / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
