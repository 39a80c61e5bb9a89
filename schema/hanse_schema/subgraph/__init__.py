"""Ingestion: from one subgraph's SDL to its schema as data, with all errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hanse_schema.collection import paused_collection
from hanse_schema.diagnostics import Diagnostic
from hanse_schema.subgraph.build import build
from hanse_schema.subgraph.fake_external import drop_fake_external
from hanse_schema.subgraph.graphql_rules import check_graphql
from hanse_schema.subgraph.link import read_links
from hanse_schema.subgraph.link_conflicts import check_links
from hanse_schema.subgraph.model import SubgraphSchema, SubgraphSource
from hanse_schema.subgraph.names import resolve_names
from hanse_schema.subgraph.parse import parse_sdl
from hanse_schema.subgraph.report import Report
from hanse_schema.subgraph.rules import FEDERATION_RULES
from hanse_schema.subgraph.rules.root_types import check_root_types
from hanse_schema.subgraph.subject import Subject
from hanse_schema.subgraph.upgrade import is_federation_1, upgrade

__all__ = ["Ingested", "SubgraphSource", "ingest", "ingest_all"]


@dataclass(frozen=True, slots=True)
class Ingested:
    """The result of reading one subgraph's SDL: its schema, None if there are errors, and the diagnostics."""

    schema: SubgraphSchema | None
    diagnostics: tuple[Diagnostic, ...] = ()


def ingest(source: SubgraphSource) -> Ingested:
    """Read one subgraph's SDL by itself. Never raises: all problems are in the diagnostics.

    A Federation 1 schema is not upgraded: its meaning depends on the other subgraphs, see `ingest_all`.
    """
    report = Report(source.name)
    subject = _read(source, report)
    return _ingested(subject, report)


def ingest_all(sources: Sequence[SubgraphSource]) -> list[Ingested]:
    """Read the SDL of all subgraphs of one graph, in order, and upgrade Federation 1 schemas. Never raises.

    If any subgraph has errors, Federation 1 schemas are not upgraded.
    """
    with paused_collection():
        return _ingest_all(sources)


def _ingest_all(sources: Sequence[SubgraphSource]) -> list[Ingested]:
    reports = [Report(source.name) for source in sources]
    subjects = [_read(source, report) for source, report in zip(sources, reports, strict=True)]
    if not any(report.failed() for report in reports):
        known = [subject for subject in subjects if subject is not None]
        upgrade(known)
        for subject in known:
            if is_federation_1(subject) and not subject.report.failed():
                _check_federation(subject)
    return [_ingested(subject, report) for subject, report in zip(subjects, reports, strict=True)]


def _read(source: SubgraphSource, report: Report) -> Subject | None:
    """Parse, link, build and check. Each stage requires that the previous one found no errors."""
    document = parse_sdl(source, report)
    if document is None:
        return None
    links = read_links(document.definitions, report)
    check_links(links, report)
    if report.failed():
        return None
    names = resolve_names(links, document.definitions)
    built = build(source, document, links, names, report)
    if not report.failed():
        check_graphql(built.whole, document, names, report)
    if report.failed():
        return None
    check_root_types(built.root_clashes, report)
    subject = Subject(built.model, names, report)
    if not is_federation_1(subject):
        _check_federation(subject)
    return subject


def _check_federation(subject: Subject) -> None:
    drop_fake_external(subject)
    for rule in FEDERATION_RULES:
        rule(subject)


def _ingested(subject: Subject | None, report: Report) -> Ingested:
    failed = report.failed() or subject is None
    return Ingested(None if failed or subject is None else subject.model, tuple(report.diagnostics))
