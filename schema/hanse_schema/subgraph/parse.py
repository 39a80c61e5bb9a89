"""Parses SDL with limits on size and nesting, since the parser is recursive."""

from __future__ import annotations

import re

from graphql import DocumentNode, ExecutableDefinitionNode, GraphQLSyntaxError, Source, parse

from hanse_schema.diagnostics import Diagnostic, Location
from hanse_schema.subgraph.model import SubgraphSource
from hanse_schema.subgraph.report import Report

MAX_LENGTH = 5_000_000  # characters
MAX_NESTING = 100  # brackets within brackets

_INVALID = "INVALID_GRAPHQL"
# Strings and comments are skipped, so that only syntactic brackets count.
_BRACKETS = re.compile(r'"""(?:[^"\\]|\\"""|\\|"(?!""))*+"""|"(?:[^"\\\n]|\\.)*+"|#[^\n]*+|[\[({]|[\])}]')


def parse_sdl(source: SubgraphSource, report: Report) -> DocumentNode | None:
    """The SDL's syntax tree, or None and a diagnostic about its size, nesting or syntax."""
    sdl = source.sdl
    if len(sdl) > MAX_LENGTH:
        _refuse(report, f"The SDL has {len(sdl):,} characters; at most {MAX_LENGTH:,} are read.")
        return None
    position = _too_deep(sdl)
    if position is not None:
        line = sdl.count("\n", 0, position) + 1
        column = position - sdl.rfind("\n", 0, position)
        _refuse(report, f"Brackets nest deeper than {MAX_NESTING} levels.", line, column)
        return None
    try:
        document = parse(Source(sdl, source.name))
    except GraphQLSyntaxError as error:
        line, column = (error.locations[0].line, error.locations[0].column) if error.locations else (0, 0)
        _refuse(report, f"{error.description.rstrip('.')}: correct the SDL's syntax.", line, column)
        return None
    executable = [node for node in document.definitions if isinstance(node, ExecutableDefinitionNode)]
    for node in executable:
        report.error(_INVALID, "Only type-system definitions belong into a subgraph's SDL, no operations.", node)
    return None if executable else document


def _too_deep(sdl: str) -> int | None:
    """The position at which the nesting exceeds the limit, or None."""
    if not any(sdl.count(bracket) > MAX_NESTING for bracket in "[({"):
        return None
    depth = 0
    for match in _BRACKETS.finditer(sdl):
        token = match[0]
        if token in "[({":
            depth += 1
            if depth > MAX_NESTING:
                return match.start()
        elif token in "])}":
            depth -= 1
    return None


def _refuse(report: Report, message: str, line: int = 0, column: int = 0) -> None:
    report.diagnostics.append(
        Diagnostic(_INVALID, f"[{report.subgraph}] {message}", locations=(Location(report.subgraph, line, column),))
    )
