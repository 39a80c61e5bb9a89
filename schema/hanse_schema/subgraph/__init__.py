"""One subgraph's SDL in, its schema as data out, with everything that is wrong with it."""

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
    """What became of one subgraph's SDL: its schema, None where there are errors, and the diagnostics."""

    schema: SubgraphSchema | None
    diagnostics: tuple[Diagnostic, ...] = ()


def ingest(source: SubgraphSource) -> Ingested:
    """Read one subgraph's SDL by itself. Never raises: whatever is wrong with the SDL is in the diagnostics.

    A Federation 1 schema stays as it is: what it means depends on the other subgraphs, which `ingest_all` looks at.
    """
    report = Report(source.name)
    subject = _read(source, report)
    return _ingested(subject, report)


def ingest_all(sources: Sequence[SubgraphSource]) -> list[Ingested]:
    """Read the SDL of all subgraphs of one graph, in order, and upgrade what is of Federation 1. Never raises.

    Where any subgraph has errors, the Federation 1 ones are not upgraded.
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
    """Parse, link, build and check. Each stage needs the one before to have found nothing wrong."""
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
