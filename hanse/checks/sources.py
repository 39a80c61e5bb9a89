"""The subgraphs before and after the change that the options of a check describe."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hanse.checks.options import CheckOptions
from hanse.checks.published import Published, at_commit, is_folder, of_config, of_folder, of_store
from hanse.project import find_project
from hanse.registry.store import Line, Store
from hanse.yaml_file import read_text, shown
from hanse_schema.subgraph.model import SubgraphSource
from hanse_wire.command_line import CommandUsageError


@dataclass(frozen=True, slots=True)
class Sources:
    """The subgraphs before and after, the path of each SDL that is a file, and the version before."""

    before: dict[str, SubgraphSource]
    after: dict[str, SubgraphSource]
    files: dict[str, str] = field(default_factory=dict)
    version: int = 0


def read_sources(options: CheckOptions, store: Store | None) -> Sources:
    """Read both. Raises CommandError where something cannot be read or does not exist, and RegistryError."""
    _require_one_change(options)
    if options.all:
        with _before_all(options, store) as before:
            after = _working(options)
            return Sources(before.subgraphs, after.subgraphs, _shown(after.files), before.version)
    with _before_one(options, store) as before:
        return _with_one(options, before)


def _require_one_change(options: CheckOptions) -> None:
    if options.all:
        if options.subgraph or options.schema or options.remove:
            raise CommandUsageError("--all checks every subgraph: leave out --subgraph, --schema and --remove")
        if options.against is None and options.registry is None:
            raise CommandUsageError("--all needs what to compare with: --against COMMIT or FOLDER, or --registry")
    elif options.subgraph is None:
        raise CommandUsageError("give --subgraph NAME and --schema FILE, or --all")
    elif (options.schema is None) != options.remove:
        raise CommandUsageError("give either --schema FILE or --remove")


@contextmanager
def _before_all(options: CheckOptions, store: Store | None) -> Iterator[Published]:
    if options.against is None:
        assert store is not None  # --registry is given
        yield of_store(store, Line(options.variant))
    else:
        with _against(options, options.against) as published:
            yield published


@contextmanager
def _before_one(options: CheckOptions, store: Store | None) -> Iterator[Published]:
    if options.against is not None:
        with _against(options, options.against) as published:
            yield published
    elif options.config is not None or store is None:
        yield _working(options)
    else:
        yield of_store(store, Line(options.variant))


@contextmanager
def _against(options: CheckOptions, against: str) -> Iterator[Published]:
    """The schemas of a folder, or of a git commit at the same place."""
    if is_folder(against):
        folder = Path(against)
        yield of_folder(folder) if options.config is None else of_config(folder / options.config.name)
    elif options.config is not None:
        with at_commit(against, options.config.absolute().parent) as folder:
            yield of_config(folder / options.config.name)
    else:
        with at_commit(against, find_project().published) as folder:
            yield of_folder(folder) if folder.is_dir() else Published({})


def _working(options: CheckOptions) -> Published:
    """The schemas of the working tree."""
    return of_folder(find_project().published) if options.config is None else of_config(options.config)


def _with_one(options: CheckOptions, before: Published) -> Sources:
    name = options.subgraph
    assert name is not None
    known = before.subgraphs.get(name)
    if known is None and (options.remove or options.url is None):
        raise CommandUsageError(_unknown(name, list(before.subgraphs)))
    if options.schema is None:
        after = {other: source for other, source in before.subgraphs.items() if other != name}
        return Sources(before.subgraphs, after, {}, before.version)
    url = options.url if options.url is not None or known is None else known.url
    new = SubgraphSource(name, read_text(options.schema), url or "")
    files = {**_shown(before.files), name: shown(options.schema)}
    return Sources(before.subgraphs, before.subgraphs | {name: new}, files, before.version)


def _unknown(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    hint = f"do you mean {close[0]!r}? " if close else ""
    listed = ", ".join(sorted(known)[:20]) or "none"
    return (
        f"no subgraph {name!r} is published; {hint}Published are {listed}. For a new subgraph, give its URL with --url"
    )


def _shown(files: dict[str, Path]) -> dict[str, str]:
    """The paths from the working directory, where they are below it."""
    here = Path.cwd()
    return {
        name: str(path.absolute().relative_to(here) if path.absolute().is_relative_to(here) else path)
        for name, path in files.items()
    }
