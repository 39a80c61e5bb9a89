"""`hanse compose`: subgraphs in, supergraph or diagnostics out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from graphql import print_schema

from hanse.contract_file import read_contract
from hanse.progress import progress
from hanse.supergraph_config import read_subgraphs
from hanse.whole_file import write_whole
from hanse_schema.compose import Composition, compose
from hanse_schema.contracts import Contract, apply_contract
from hanse_schema.diagnostics import Diagnostic
from hanse_schema.supergraph import api_schema
from hanse_wire.command_line import CommandError


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeOptions:
    """The form of the diagnostics, whether hints are printed, and whether the API schema is written instead."""

    as_json: bool = False
    with_hints: bool = False
    api_schema: bool = False


def compose_files(
    config: Path, options: ComposeOptions, *, output: Path | None = None, contract: Path | None = None
) -> int:
    """Compose the configured subgraphs; write the supergraph to `output` or stdout, diagnostics to stderr.

    With a contract, the supergraph is the contract's variant. Returns the exit code: 0 with a supergraph, 1 when
    composition or the contract failed. Raises CommandError when a file cannot be read or written.
    """
    shown = None if contract is None else read_contract(contract)
    with progress("reading the subgraphs"):
        subgraphs = read_subgraphs(config)
    with progress(f"composing {len(subgraphs)} subgraphs"):
        composition = compose(subgraphs)
        if shown is not None:
            composition = _with_contract(composition, shown)
    _report([*composition.errors, *(composition.hints if options.with_hints else ())], as_json=options.as_json)
    if composition.supergraph is None or composition.sdl is None:
        return 1
    _write(print_schema(api_schema(composition.supergraph)) if options.api_schema else composition.sdl, output)
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
        write_whole(output, text)
    except OSError as error:
        raise CommandError(f"cannot write {output}: {error.strerror}; give another --output") from error
