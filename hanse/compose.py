"""`hanse compose`: subgraphs in, supergraph or diagnostics out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from hanse.contract_file import read_contract
from hanse.supergraph_config import read_subgraphs
from hanse_schema.compose import Composition, compose
from hanse_schema.contracts import Contract, apply_contract
from hanse_schema.diagnostics import Diagnostic
from hanse_wire.command_line import CommandError


def compose_files(
    *, config: Path, output: Path | None, as_json: bool, with_hints: bool, contract: Path | None = None
) -> int:
    """Compose the configured subgraphs; write the supergraph to `output` or stdout, diagnostics to stderr.

    With a contract, the supergraph is the contract's variant. Returns the exit code: 0 with a supergraph, 1 when
    composition or the contract failed. Raises CommandError when a file cannot be read or written.
    """
    shown = None if contract is None else read_contract(contract)
    composition = compose(read_subgraphs(config))
    if shown is not None:
        composition = _with_contract(composition, shown)
    _report([*composition.errors, *(composition.hints if with_hints else ())], as_json=as_json)
    if composition.sdl is None:
        return 1
    _write(composition.sdl, output)
    return 0


def _with_contract(composition: Composition, contract: Contract) -> Composition:
    """The composition of the contract's variant; a failed composition as it is."""
    if composition.supergraph is None:
        return composition
    variant = apply_contract(composition.supergraph, contract)
    return Composition(variant.supergraph, variant.errors, composition.hints)


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
