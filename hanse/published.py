"""The platform's own schemas in `schema/published/`: each subgraph's SDL, the supergraph, and what clients see."""

from __future__ import annotations

from pathlib import Path

from graphql import print_schema

from hanse.failures import Failure
from hanse.platform import SUBGRAPHS
from hanse_schema.compose import compose
from hanse_schema.subgraph.model import SubgraphSource
from hanse_schema.supergraph import api_schema

PUBLISHED = Path(__file__).parents[1] / "schema" / "published"


def published_files() -> dict[str, str]:
    """What the folder should hold, by file name. Raises Failure where the subgraphs do not compose."""
    sdl = {name: subgraph.create().sdl for name, subgraph in SUBGRAPHS.items()}
    composition = compose([SubgraphSource(name=name, url=SUBGRAPHS[name].url, sdl=text) for name, text in sdl.items()])
    if composition.sdl is None or composition.supergraph is None:
        raise Failure(f"the platform's subgraphs do not compose: {'; '.join(map(str, composition.errors))}")
    composed = {"supergraph": composition.sdl, "api": print_schema(api_schema(composition.supergraph))}
    return {f"{name}.graphql": f"{text.strip()}\n" for name, text in (sdl | composed).items()}


def drifted(folder: Path = PUBLISHED) -> list[str]:
    """Names of the files that are not what they should be: changed, missing, or of a subgraph that is gone."""
    files = published_files()
    present = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.graphql")}
    return sorted(name for name in files.keys() | present.keys() if files.get(name) != present.get(name))


def export(folder: Path = PUBLISHED) -> list[str]:
    """Bring the folder up to date; the names of the files that changed."""
    changed, files = drifted(folder), published_files()
    folder.mkdir(parents=True, exist_ok=True)
    for name in changed:
        if name in files:
            (folder / name).write_text(files[name], encoding="utf-8")
        else:
            (folder / name).unlink()
    return changed
