"""`hanse compose`: subgraphs in, supergraph or diagnostics out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from hanse.supergraph_config import read_subgraphs
from hanse_schema.compose import compose
from hanse_schema.diagnostics import Diagnostic
from hanse_wire.command_line import CommandError


def compose_files(*, config: Path, output: Path | None, as_json: bool, with_hints: bool) -> int:
    """Compose what the configuration names; write the supergraph to `output` or stdout, diagnostics to stderr.

    Returns the exit code: 0 with a supergraph, 1 where composition was refused. Raises CommandError where a file fails.
    """
    composition = compose(read_subgraphs(config))
    _report([*composition.errors, *(composition.hints if with_hints else ())], as_json=as_json)
    if composition.sdl is None:
        return 1
    _write(composition.sdl, output)
    return 0


def _report(diagnostics: Iterable[Diagnostic], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([_as_dict(diagnostic) for diagnostic in diagnostics], indent=2), err=True)
        return
    for diagnostic in diagnostics:
        click.echo(str(diagnostic), err=True)


def _as_dict(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "coordinate": diagnostic.coordinate,
        "locations": [
            {"subgraph": location.subgraph, "line": location.line, "column": location.column}
            for location in diagnostic.locations
        ],
    }


def _write(sdl: str, output: Path | None) -> None:
    text = sdl if sdl.endswith("\n") else f"{sdl}\n"
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"cannot write {output}: {error.strerror}; give another --output") from error
