"""The project's own schemas, published in folders: SDL and supergraph in one, the JSON Schemas of events in another."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graphql import print_schema

from hanse.project import Project
from hanse.whole_file import write_whole
from hanse_schema.compose import Composition, compose
from hanse_schema.subgraph.model import SubgraphSource
from hanse_schema.supergraph import api_schema
from hanse_wire.command_line import CommandError

if TYPE_CHECKING:
    from hanse_subgraph.subgraph_app import SubgraphApp

CONSUMERS = "consumers.json"  # among the schemas of events: who publishes and consumes each


def compose_project(sdl: dict[str, str], url_of: Callable[[str], str]) -> Composition:
    """Compose a project's subgraphs, given their SDL by name. Raises CommandError when they do not compose."""
    composition = compose([SubgraphSource(name=name, url=url_of(name), sdl=text) for name, text in sdl.items()])
    if composition.sdl is None:
        raise CommandError(f"the project's subgraphs do not compose: {'; '.join(map(str, composition.errors))}")
    return composition


@dataclass(frozen=True, slots=True)
class PublishedFolder:
    """A folder of generated files: where it is, which of its files are generated, and what they should hold."""

    path: Path
    pattern: str
    files: dict[str, str]

    def outdated(self) -> list[Path]:
        """The files that are not as they should be: changed, missing, or of what no longer exists."""
        present = {file.name: file.read_text(encoding="utf-8") for file in self.path.glob(self.pattern)}
        names = sorted(self.files.keys() | present.keys())
        return [self.path / name for name in names if self.files.get(name) != present.get(name)]

    def export(self) -> list[Path]:
        """Bring the folder up to date. Returns the files that changed."""
        changed = self.outdated()
        for file in changed:
            if file.name in self.files:
                file.parent.mkdir(parents=True, exist_ok=True)
                write_whole(file, self.files[file.name])
            else:
                file.unlink()
        return changed


def outdated(project: Project) -> list[str]:
    """The files of the folders that are not as they should be, from the project's folder.

    Raises CommandError when the subgraphs do not compose.
    """
    return _shown(project, [file for folder in _folders(project) for file in folder.outdated()])


def export(project: Project) -> list[str]:
    """Bring the folders up to date. Returns the files that changed, from the project's folder. Raises CommandError."""
    return _shown(project, [file for folder in _folders(project) for file in folder.export()])


def _folders(project: Project) -> tuple[PublishedFolder, ...]:
    apps = {name: subgraph.create() for name, subgraph in project.subgraphs.items()}
    schemas = PublishedFolder(project.published, "*.graphql", _schemas(project, apps))
    events = PublishedFolder(project.event_schemas, "*.json", _events(project, apps))
    return (schemas, events) if events.files else (schemas,)


def _schemas(project: Project, apps: Mapping[str, SubgraphApp]) -> dict[str, str]:
    """Each subgraph's SDL, the supergraph and the API schema."""
    sdl = {name: app.sdl for name, app in apps.items()}
    composition = compose_project(sdl, lambda name: project.subgraphs[name].url)
    assert composition.sdl is not None
    assert composition.supergraph is not None
    composed = {"supergraph": composition.sdl, "api": print_schema(api_schema(composition.supergraph))}
    return {f"{name}.graphql": f"{text.strip()}\n" for name, text in (sdl | composed).items()}


def _events(project: Project, apps: Mapping[str, SubgraphApp]) -> dict[str, str]:
    """The JSON Schema of each event, and who publishes and consumes which; nothing where no events are published."""
    from hanse_subgraph.events.consumer import EVERY
    from hanse_subgraph.events.schemas import schema_files

    published = {name: subgraph.declared.events() for name, subgraph in project.subgraphs.items()}
    uses = {
        kind.event_type: {
            "publisher": publisher,
            "consumers": sorted(name for name, app in apps.items() if {kind.event_type, EVERY} & set(app.consumes)),
        }
        for publisher, kinds in published.items()
        for kind in kinds
    }
    if not uses:
        return {}
    kinds = [kind for kinds in published.values() for kind in kinds]
    files = {name: content.decode() for name, content in schema_files(kinds).items()}
    return files | {CONSUMERS: json.dumps(uses, indent=2, sort_keys=True) + "\n"}


def _shown(project: Project, files: Iterable[Path]) -> list[str]:
    return [str(file.relative_to(project.folder) if file.is_relative_to(project.folder) else file) for file in files]
