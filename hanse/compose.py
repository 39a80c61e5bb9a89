"""`hanse compose`: subgraphs in, supergraph or diagnostics out."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from graphql import print_schema

from hanse.colours import has_colours
from hanse.contract_file import read_contract
from hanse.diagnostic_text import Source, diagnostic_text
from hanse.progress import progress
from hanse.repairs import Json, SubgraphFiles, diagnostic_json, repair_json, repair_lines
from hanse.supergraph_config import read_config, sources_of
from hanse.whole_file import write_whole
from hanse_schema.checks.repair import Repair, fix, repairs_for
from hanse_schema.compose import Composition, compose
from hanse_schema.contracts import Contract, apply_contract
from hanse_schema.diagnostics import Diagnostic
from hanse_schema.subgraph.model import SubgraphSource
from hanse_schema.supergraph import api_schema
from hanse_wire.command_line import CommandError


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeOptions:
    """The form of the diagnostics, whether hints are printed, and whether the API schema is written instead.

    `fix` applies safe repairs to the files of subgraphs; with `dry_run`, nothing is written.
    """

    as_json: bool = False
    with_hints: bool = False
    api_schema: bool = False
    fix: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class _Result:
    """The subgraphs as they are composed, the composition, the repairs of its errors, and those already applied."""

    sources: Sequence[SubgraphSource]
    composition: Composition
    repairs: Sequence[Repair]
    applied: Sequence[Repair] = ()


def compose_files(
    config: Path, options: ComposeOptions, *, output: Path | None = None, contract: Path | None = None
) -> int:
    """Compose the configured subgraphs; write the supergraph to `output` or stdout, diagnostics to stderr.

    With a contract, the supergraph is the contract's variant. Returns the exit code: 0 with a supergraph, 1 when
    composition or the contract failed. Raises CommandError when a file cannot be read or written.
    """
    shown = None if contract is None else read_contract(contract)
    with progress("reading the subgraphs"):
        read = read_config(config)
        files = SubgraphFiles.of(read, config)
        subgraphs = sources_of(read, config)
        before = files.raw(subgraphs) if options.fix else subgraphs
    with progress(f"composing {len(subgraphs)} subgraphs"):
        result = _fixed(before, files) if options.fix else _composed(before)
    if options.fix and not options.dry_run:
        files.write(before, result.sources)
    composition = result.composition if shown is None else _with_contract(result.composition, shown)
    diagnostics = [*composition.errors, *(composition.hints if options.with_hints else ())]
    if options.as_json:
        _report_json(result, diagnostics, files, before if options.fix else None)
    else:
        _report_text(result, diagnostics, files, before)
    if composition.supergraph is None or composition.sdl is None:
        return 1
    if not options.dry_run:
        _write(print_schema(api_schema(composition.supergraph)) if options.api_schema else composition.sdl, output)
    return 0


def _composed(sources: Sequence[SubgraphSource]) -> _Result:
    composition = compose(sources)
    return _Result(sources, composition, repairs_for(sources, composition))


def _fixed(sources: Sequence[SubgraphSource], files: SubgraphFiles) -> _Result:
    fixed = fix(sources, frozenset(files.paths))
    return _Result(fixed.sources, fixed.composition, fixed.remaining, fixed.applied)


def _with_contract(composition: Composition, contract: Contract) -> Composition:
    """The composition of the contract's variant; a failed composition as it is."""
    if composition.supergraph is None:
        return composition
    variant = apply_contract(composition.supergraph, contract)
    return Composition(variant.supergraph, variant.errors, composition.hints)


def _report_text(
    result: _Result, diagnostics: Sequence[Diagnostic], files: SubgraphFiles, before: Sequence[SubgraphSource]
) -> None:
    for repair in result.applied:
        click.echo(f"fixed {repair.diagnostic.code}: {repair.patches[0].title}", err=True)
    click.echo(files.diff(before, result.sources), nl=False, err=True)
    sources = {source.name: Source(files.name(source.name), source.sdl) for source in result.sources}
    for diagnostic in diagnostics:
        click.echo(diagnostic_text(diagnostic, sources), err=True, color=has_colours(sys.stderr))
        for repair in _of(diagnostic, result.repairs):
            for line in repair_lines(repair):
                click.echo(line, err=True)


def _report_json(
    result: _Result, diagnostics: Sequence[Diagnostic], files: SubgraphFiles, before: Sequence[SubgraphSource] | None
) -> None:
    """The diagnostics with their repairs; after `--fix`, an object with the applied ones and the diff too."""
    sources = {source.name: source for source in result.sources}
    found: list[Json] = []
    for diagnostic in diagnostics:
        repairs = [repair_json(repair, sources, files) for repair in _of(diagnostic, result.repairs)]
        found.append({**diagnostic_json(diagnostic, files), "repair": repairs[0] if repairs else None})
    if before is None:
        click.echo(json.dumps(found, indent=2), err=True)
        return
    applied = [
        {"title": one.patches[0].title, "diagnostic": diagnostic_json(one.diagnostic, files)} for one in result.applied
    ]
    report = {"applied": applied, "diff": files.diff(before, result.sources), "diagnostics": found}
    click.echo(json.dumps(report, indent=2), err=True)


def _of(diagnostic: Diagnostic, repairs: Sequence[Repair]) -> list[Repair]:
    return [repair for repair in repairs if repair.diagnostic is diagnostic]


def _write(sdl: str, output: Path | None) -> None:
    text = sdl if sdl.endswith("\n") else f"{sdl}\n"
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        write_whole(output, text)
    except OSError as error:
        raise CommandError(f"cannot write {output}: {error.strerror}; give another --output") from error
