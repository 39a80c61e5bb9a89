"""Default values that differ between subgraphs: gives them one default."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from graphql import InputValueDefinitionNode

from hanse_schema.checks.repair.document import Document, read_coordinate
from hanse_schema.checks.repair.editing import Edits, edit, end_of, insert, replace
from hanse_schema.checks.repair.graph import Graph
from hanse_schema.checks.repair.model import Confidence, Fixer, Proposal
from hanse_schema.checks.report import Edit
from hanse_schema.diagnostics import Diagnostic

_Value = tuple[Document, InputValueDefinitionNode]


def propose(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Give all the same default: the one that most have first."""
    values = _values(graph, diagnostic)
    for default, _ in Counter(_text(*value) for value in values).most_common():
        yield Proposal(_title(diagnostic, default), _with_default(values, default))


def propose_external(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Give the arguments of external fields the default where the field is resolved."""
    coordinate = read_coordinate(diagnostic.coordinate)
    values = _values(graph, diagnostic)
    if coordinate is None or coordinate.member is None:
        return
    externals = {
        document.name
        for document, _ in values
        for _, field in document.members(coordinate.type, coordinate.member)
        if document.applied(field, "external")
    }
    defaults = dict.fromkeys(_text(*value) for value in values if value[0].name not in externals)
    confidence = Confidence.SAFE if len(defaults) == 1 else Confidence.CHOICE
    for default in defaults:
        edits = _with_default([value for value in values if value[0].name in externals], default)
        yield Proposal(_title(diagnostic, default), edits, confidence)


def _values(graph: Graph, diagnostic: Diagnostic) -> list[_Value]:
    coordinate = read_coordinate(diagnostic.coordinate)
    if coordinate is None:
        return []
    return [(document, node) for document in graph.named(diagnostic) for node in document.values(coordinate)]


def _title(diagnostic: Diagnostic, default: str | None) -> str:
    given = f"the default {default}" if default is not None else "no default"
    return f"Give {diagnostic.coordinate} {given} everywhere."


def _text(document: Document, node: InputValueDefinitionNode) -> str | None:
    return None if node.default_value is None else document.source_of(node.default_value)


def _with_default(values: list[_Value], default: str | None) -> Edits:
    return tuple(_changed(*value, default) for value in values if _text(*value) != default)


def _changed(document: Document, node: InputValueDefinitionNode, default: str | None) -> Edit:
    if default is None:
        assert node.default_value is not None
        return edit(document, end_of(node.type), end_of(node.default_value), "")
    if node.default_value is None:
        return insert(document, end_of(node.type), f" = {default}")
    return replace(document, node.default_value, default)


FIXERS = (
    Fixer(
        ("FIELD_ARGUMENT_DEFAULT_MISMATCH", "INPUT_FIELD_DEFAULT_MISMATCH"),
        "A default value is the same in all subgraphs.",
        propose,
    ),
    Fixer(
        ("EXTERNAL_ARGUMENT_DEFAULT_MISMATCH",),
        "An argument of an @external field has the default that it has where the field is resolved.",
        propose_external,
        Confidence.SAFE,
    ),
)
