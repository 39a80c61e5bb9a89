"""Repairs of composition errors in the files of a supergraph.yaml: as text, as JSON, as a diff, and written."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hanse.supergraph_config import SupergraphConfig
from hanse.whole_file import write_whole
from hanse.yaml_file import STDIN
from hanse_schema.checks.edits import apply_edits
from hanse_schema.checks.repair import Confidence, Repair
from hanse_schema.checks.report import Edit, Patch
from hanse_schema.diagnostics import Diagnostic, Location
from hanse_schema.subgraph.model import SubgraphSource
from hanse_wire.command_line import CommandError

Json = dict[str, Any]
_END = "\\ No newline at end of file\n"


@dataclass(frozen=True, slots=True)
class SubgraphFiles:
    """The files that subgraphs are read from, by subgraph. Other subgraphs come from a URL or the configuration."""

    paths: Mapping[str, Path]

    @classmethod
    def of(cls, config: SupergraphConfig, path: Path) -> SubgraphFiles:
        """The files that a configuration file names."""
        folder = Path() if path == STDIN else path.parent
        sources = ((name, subgraph.source.file) for name, subgraph in config.subgraphs.items())
        return cls({name: folder / file for name, file in sources if file is not None})

    def name(self, subgraph: str) -> str:
        """The file of a subgraph for users, or the subgraph's name."""
        return str(self.paths.get(subgraph, subgraph))

    def raw(self, sources: Sequence[SubgraphSource]) -> list[SubgraphSource]:
        """The subgraphs with the text of their files as it is, line ends included. Raises CommandError."""
        return [
            replace(source, sdl=_raw(self.paths[source.name])) if source.name in self.paths else source
            for source in sources
        ]

    def write(self, before: Sequence[SubgraphSource], after: Sequence[SubgraphSource]) -> None:
        """Write the files of changed subgraphs, each whole or not at all. Raises CommandError."""
        for old, new in zip(before, after, strict=True):
            if old.sdl != new.sdl:
                path = self.paths[new.name]
                try:
                    write_whole(path, new.sdl)
                except OSError as error:
                    raise CommandError(f"cannot write {path}: {error.strerror}; make it writable") from error

    def diff(self, before: Sequence[SubgraphSource], after: Sequence[SubgraphSource]) -> str:
        """The unified diff between the subgraphs, in the form of `git diff`."""
        pairs = ((self.name(new.name), old.sdl, new.sdl) for old, new in zip(before, after, strict=True))
        return "".join(unified_diff(*pair) for pair in pairs)


def _raw(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise CommandError(f"cannot read {path}: {os.strerror(error.errno or 0)}") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"cannot read {path}: {error}") from error


def unified_diff(name: str, before: str, after: str) -> str:
    """The unified diff between two texts of one file; empty where they are equal."""
    old, new = (text.split("\n") for text in (before, after))
    lines = difflib.unified_diff(_terminated(old), _terminated(new), f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n{_END}" for line in lines)


def _terminated(lines: Sequence[str]) -> list[str]:
    """The lines with their line feeds; the last one has none, and is left out where it is empty."""
    return [*(f"{line}\n" for line in lines[:-1]), *(line for line in lines[-1:] if line)]


def repair_lines(repair: Repair) -> Iterator[str]:
    """A repair as lines of text: what each patch does."""
    label = "repair" if repair.confidence is Confidence.SAFE else "possible repair"
    yield from (f"  {label}: {patch.title}" for patch in repair.patches)


def diagnostic_json(diagnostic: Diagnostic, files: SubgraphFiles) -> Json:
    """A diagnostic as values of JSON's types."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "coordinate": diagnostic.coordinate,
        "operation": diagnostic.operation,
        "locations": [_location(location, files) for location in diagnostic.locations],
    }


def _location(location: Location, files: SubgraphFiles) -> Json:
    path = files.paths.get(location.subgraph)
    return {
        "subgraph": location.subgraph,
        "file": None if path is None else str(path),
        "line": location.line,
        "column": location.column,
    }


def repair_json(repair: Repair, sources: Mapping[str, SubgraphSource], files: SubgraphFiles) -> Json:
    """A repair as values of JSON's types, each patch with its diff."""
    return {
        "confidence": repair.confidence.value,
        "explanation": repair.explanation,
        "patches": [
            {
                "title": patch.title,
                "edits": [_edit(edit, files) for edit in patch.edits],
                "diff": patch_diff(patch, sources, files),
            }
            for patch in repair.patches
        ],
    }


def _edit(edit: Edit, files: SubgraphFiles) -> Json:
    start, end = ({"line": line, "column": column} for line, column in (edit.start, edit.end))
    path = files.paths.get(edit.file)
    return {
        "subgraph": edit.file,
        "file": None if path is None else str(path),
        "start": start,
        "end": end,
        "text": edit.text,
    }


def patch_diff(patch: Patch, sources: Mapping[str, SubgraphSource], files: SubgraphFiles) -> str:
    """The unified diff that a patch makes."""
    names = dict.fromkeys(edit.file for edit in patch.edits)
    return "".join(
        unified_diff(
            files.name(name),
            sources[name].sdl,
            apply_edits(sources[name].sdl, [edit for edit in patch.edits if edit.file == name]),
        )
        for name in names
    )
