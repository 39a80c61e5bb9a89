"""Diagnostics as an editor shows them: file, line and column, then the line of the source with a caret below.

The text has colours. The caller removes them where they are not wanted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import click

from hanse_schema.diagnostics import Diagnostic, Location, Severity

_COLOURS = {Severity.ERROR: "red", Severity.HINT: "cyan"}
_WORD = re.compile(r"[@$]?\w+")


@dataclass(frozen=True, slots=True)
class Source:
    """The SDL of a subgraph, and the file or URL that it comes from."""

    origin: str
    sdl: str


def diagnostic_text(diagnostic: Diagnostic, sources: Mapping[str, Source]) -> str:
    """A diagnostic with the source lines of all its locations. `sources` has the SDL by subgraph name."""
    colour = _COLOURS[diagnostic.severity]
    kind = f"{click.style(diagnostic.severity.value, fg=colour, bold=True)} {diagnostic.code}: {diagnostic.message}"
    if not diagnostic.locations:
        return kind
    first, *others = diagnostic.locations
    lines = [f"{_place(first, sources)}: {kind}", *_excerpt(first, sources, colour)]
    for other in others:
        lines += [f"  and {_place(other, sources)}", *_excerpt(other, sources, colour)]
    return "\n".join(lines)


def _place(location: Location, sources: Mapping[str, Source]) -> str:
    source = sources.get(location.subgraph)
    name = location.subgraph if source is None else source.origin
    return click.style(f"{name}:{location.line}:{location.column}" if location.line else name, bold=True)


def _excerpt(location: Location, sources: Mapping[str, Source], colour: str) -> Iterator[str]:
    source = sources.get(location.subgraph)
    lines = source.sdl.split("\n") if source is not None else []
    if not 0 < location.line <= len(lines):
        return
    text = lines[location.line - 1].expandtabs(1).rstrip("\r")
    column = max(location.column, 1) - 1
    word = _WORD.match(text, column)
    width = len(word[0]) if word else 1
    yield f"{location.line:>5} | {text}"
    yield f"      | {' ' * column}{click.style('^' * width, fg=colour)}"
