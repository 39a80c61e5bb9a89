"""The project's own schemas, published in a folder: each subgraph's SDL, the supergraph, and the API schema."""

from __future__ import annotations

from collections.abc import Callable

from graphql import print_schema

from hanse.project import Project
from hanse_schema.compose import Composition, compose
from hanse_schema.subgraph.model import SubgraphSource
from hanse_schema.supergraph import api_schema
from hanse_wire.command_line import CommandError


def compose_project(sdl: dict[str, str], url_of: Callable[[str], str]) -> Composition:
    """Compose a project's subgraphs, given their SDL by name. Raises CommandError when they do not compose."""
    composition = compose([SubgraphSource(name=name, url=url_of(name), sdl=text) for name, text in sdl.items()])
    if composition.sdl is None:
        raise CommandError(f"the project's subgraphs do not compose: {'; '.join(map(str, composition.errors))}")
    return composition


def published_files(project: Project) -> dict[str, str]:
    """What the folder should hold: text by file name. Raises CommandError when the subgraphs do not compose."""
    sdl = {name: subgraph.create().sdl for name, subgraph in project.subgraphs.items()}
    composition = compose_project(sdl, lambda name: project.subgraphs[name].url)
    assert composition.sdl is not None
    assert composition.supergraph is not None
    composed = {"supergraph": composition.sdl, "api": print_schema(api_schema(composition.supergraph))}
    return {f"{name}.graphql": f"{text.strip()}\n" for name, text in (sdl | composed).items()}


def outdated(project: Project) -> list[str]:
    """Names of the files that are not as they should be: changed, missing, or of a subgraph that no longer exists."""
    files = published_files(project)
    present = {path.name: path.read_text(encoding="utf-8") for path in project.published.glob("*.graphql")}
    return sorted(name for name in files.keys() | present.keys() if files.get(name) != present.get(name))


def export(project: Project) -> list[str]:
    """Bring the folder up to date. Returns the names of the files that changed."""
    changed, files = outdated(project), published_files(project)
    project.published.mkdir(parents=True, exist_ok=True)
    for name in changed:
        if name in files:
            (project.published / name).write_text(files[name], encoding="utf-8")
        else:
            (project.published / name).unlink()
    return changed
