"""The project of the working directory: its subgraphs, found by configuration.

A project is a folder with `[tool.hanse]` in its pyproject.toml, or with a hanse.toml that has the same keys at its top:

    [tool.hanse]
    first_query = "first_query.graphql"   # what GraphiQL shows first
    published = "schema/published"        # where `hanse schema export` writes
    event_schemas = "schema/events"       #   and the JSON Schemas of events
    owners = "schema/OWNERS"              # who owns which types and fields
    approval_days = 90                    # for which an approval of a check counts; for ever without it
    package = "subgraphs"                 # where `hanse add subgraph` writes a package, and with
    tests = "tests"                       #   which tests,
    lists = ["supergraph.yaml"]           #   and which files get an entry for it

    [tool.hanse.subgraphs]
    catalog = { declaration = "subgraphs.catalog.declaration:subgraph", port = 4002 }

A declaration is a `hanse_subgraph.declaration.Subgraph`.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hanse.imported import imported
from hanse_wire.command_line import CommandError, CommandUsageError
from hanse_wire.settings import SettingsError

if TYPE_CHECKING:
    from hanse_subgraph.declaration import Subgraph
    from hanse_subgraph.platform import Platform
    from hanse_subgraph.subgraph_app import SubgraphApp

FOLDER_VARIABLE = "HANSE_PROJECT"  # the project's folder, when it is not the working directory or one above it


class NoProject(CommandError):
    """The working directory is not in a project."""


class SubgraphConfig(BaseModel):
    """One subgraph: the `module:attribute` of its declaration, and its usual port."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    declaration: str = Field(pattern=r"^[\w.]+:\w+$")
    port: int = Field(ge=1, le=65535)


class ProjectConfig(BaseModel):
    """The table `[tool.hanse]`. Files and folders are relative to the file that has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subgraphs: dict[str, SubgraphConfig] = Field(default_factory=dict)
    first_query: Path | None = None
    published: Path = Path("schema/published")
    event_schemas: Path = Path("schema/events")
    owners: Path = Path("schema/OWNERS")
    approval_days: int | None = Field(default=None, ge=1)
    package: str = Field(default="subgraphs", pattern=r"^[a-z_][a-z0-9_]*$")
    tests: str = "tests"
    lists: tuple[Path, ...] = (Path("supergraph.yaml"),)
    lint: dict[str, Any] | None = None  # the settings of `hanse schema lint`, checked where they are used
    events: dict[str, Any] | None = None  # the settings of `hanse schema events check`


@dataclass(frozen=True, eq=False)
class ProjectSubgraph:
    """A subgraph of the project. Its package is imported when it is first used."""

    project: Project = field(repr=False)
    name: str
    config: SubgraphConfig

    @property
    def port(self) -> int:
        """The port on which it serves when it runs alone."""
        return self.config.port

    @property
    def url(self) -> str:
        """The URL at which it is reached when it runs alone on its usual port."""
        return f"http://127.0.0.1:{self.port}/graphql"

    @cached_property
    def declared(self) -> Subgraph:
        """Its declaration. Raises CommandError when it cannot be imported, or is no declaration."""
        from hanse_subgraph.declaration import Subgraph

        found = imported(self.config.declaration, subgraph=self.name, see="[tool.hanse]")
        if not isinstance(found, Subgraph):
            raise CommandError(f"subgraph {self.name}: {self.config.declaration} is not a Subgraph declaration")
        return found

    def create(self, given: Mapping[str, Any] | None = None, *, url: str | None = None) -> SubgraphApp:
        """Make its application. `url` is where clients reach the platform when one process serves all of it.

        Settings that are not given come from the environment. Raises CommandError when one is wrong.
        """
        try:
            return self.declared.create(given or {}, self.project.platform(url))
        except SettingsError as error:
            raise CommandError(str(error)) from error


class Project:
    """A project: the file and the content of its configuration, and its subgraphs."""

    def __init__(self, file: Path, config: ProjectConfig) -> None:
        self.file = file
        self.folder = file.parent
        self.config = config
        self.subgraphs = {name: ProjectSubgraph(self, name, found) for name, found in config.subgraphs.items()}

    @property
    def published(self) -> Path:
        """The folder of the published schemas."""
        return self.folder / self.config.published

    @property
    def event_schemas(self) -> Path:
        """The folder of the JSON Schemas of events."""
        return self.folder / self.config.event_schemas

    def subgraph(self, name: str) -> ProjectSubgraph:
        """The subgraph with the name. Raises CommandUsageError when there is none."""
        if name not in self.subgraphs:
            names = ", ".join(self.subgraphs) or "none: add one with `hanse add subgraph NAME`"
            raise CommandUsageError(f"there is no subgraph {name!r}; the project's subgraphs are: {names}")
        return self.subgraphs[name]

    def platform(self, url: str | None = None) -> Platform:
        """The declarations of all subgraphs, merged. Raises CommandError when they contradict each other."""
        from hanse_subgraph.declaration import platform_of

        try:
            return platform_of({name: subgraph.declared for name, subgraph in self.subgraphs.items()}, url)
        except ValueError as error:
            raise CommandError(f"the subgraphs' declarations contradict each other: {error}") from error


def find_project(start: Path | None = None) -> Project:
    """The project of a folder, or of the nearest folder above it that has one. The default is the working directory.

    Its folder becomes importable. Raises NoProject when there is none, CommandError when its configuration is wrong.
    """
    beginning = (start or Path(os.environ.get(FOLDER_VARIABLE, "."))).absolute()
    for folder in (beginning, *beginning.parents):
        if (project := _read(folder)) is not None:
            if str(folder) not in sys.path:
                sys.path.insert(0, str(folder))
            return project
    raise NoProject(
        f"{beginning} is not in a Hanse project: go to one, set {FOLDER_VARIABLE}, or create one with `hanse init DIR`"
    )


def find_project_if_any() -> Project | None:
    """The project of the working directory; None outside of one. Raises CommandError when it is configured wrongly."""
    try:
        return find_project()
    except NoProject:
        return None


def _read(folder: Path) -> Project | None:
    own, shared = folder / "hanse.toml", folder / "pyproject.toml"
    if own.is_file():
        return Project(own, _checked(own, _load(own)))
    if shared.is_file():
        table = _load(shared).get("tool", {}).get("hanse")
        return None if table is None else Project(shared, _checked(shared, table))
    return None


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CommandError(f"cannot read {path}: {error}") from error


def _checked(path: Path, table: object) -> ProjectConfig:
    try:
        return ProjectConfig.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise CommandError(f"{path}: tool.hanse.{where}: {first['msg']}") from error
