"""Reads one subgraph's SDL by itself, whatever the other subgraphs are."""

from __future__ import annotations

from dataclasses import dataclass

from hanse_schema.subgraph.build import build
from hanse_schema.subgraph.fake_external import drop_fake_external
from hanse_schema.subgraph.graphql_rules import check_graphql
from hanse_schema.subgraph.link import read_links
from hanse_schema.subgraph.link_conflicts import check_links
from hanse_schema.subgraph.model import SubgraphSource
from hanse_schema.subgraph.names import resolve_names
from hanse_schema.subgraph.parse import parse_sdl
from hanse_schema.subgraph.report import Report
from hanse_schema.subgraph.rules import FEDERATION_RULES
from hanse_schema.subgraph.rules.root_types import check_root_types
from hanse_schema.subgraph.subject import Subject
from hanse_schema.subgraph.upgrade import is_federation_1


@dataclass(frozen=True, slots=True)
class Read:
    """A subgraph that was read: its schema, None if it cannot be built, and its diagnostics."""

    subject: Subject | None
    report: Report

    def copy(self) -> Read:
        """The same for another graph, which upgrades its schema and adds to its diagnostics."""
        report = Report(self.report.subgraph, list(self.report.diagnostics))
        return Read(None if self.subject is None else self.subject.copy(report), report)


def read(source: SubgraphSource) -> Read:
    """Read a subgraph. A Federation 1 schema is not upgraded, nor checked by Federation's rules."""
    report = Report(source.name)
    return Read(_subject(source, report), report)


def _subject(source: SubgraphSource, report: Report) -> Subject | None:
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
        check_federation(subject)
    return subject


def check_federation(subject: Subject) -> None:
    """Report what Federation's rules refuse in a schema of Federation 2."""
    drop_fake_external(subject)
    for rule in FEDERATION_RULES:
        rule(subject)
