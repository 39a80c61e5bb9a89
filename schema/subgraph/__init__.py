"""One subgraph's SDL in, its schema as data out, with everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schema.diagnostics import Diagnostic
from schema.subgraph.build import build
from schema.subgraph.link import read_links
from schema.subgraph.model import SubgraphSchema, SubgraphSource
from schema.subgraph.names import resolve_names
from schema.subgraph.parse import parse_sdl
from schema.subgraph.report import Report

__all__ = ["Ingested", "SubgraphSource", "ingest", "ingest_all"]


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one subgraph's SDL: its schema, None where there are errors, and the diagnostics."""

    schema: SubgraphSchema | None
    diagnostics: tuple[Diagnostic, ...] = ()


def ingest(source: SubgraphSource) -> Ingested:
    """Read one subgraph's SDL. Never raises: whatever is wrong with the SDL is in the diagnostics."""
    report = Report(source.name)
    document = parse_sdl(source, report)
    if document is None:
        return Ingested(None, tuple(report.diagnostics))
    links = read_links(document.definitions, report)
    if report.failed:
        return Ingested(None, tuple(report.diagnostics))
    names = resolve_names(links)
    model = build(source, document, links, names, report)
    return Ingested(None if report.failed else model, tuple(report.diagnostics))


def ingest_all(sources: Sequence[SubgraphSource]) -> list[Ingested]:
    """Read the SDL of all subgraphs of one graph, in order.

    Composition starts here rather than with `ingest`: what a Federation 1 schema means depends on the other subgraphs.
    """
    return [ingest(source) for source in sources]
