"""The join records of a field: its definition in each subgraph."""

from __future__ import annotations

from dataclasses import replace

from hanse_schema.compose.context_arguments import context_arguments
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.override import label_of, override_of
from hanse_schema.compose.sources import FieldGroup, FieldSource
from hanse_schema.subgraph.model import applied, string_argument
from hanse_schema.supergraph.model import JoinField


def join_fields(merging: Merging, group: FieldGroup) -> tuple[JoinField, ...]:
    """One record per subgraph that can resolve the field; none if they would be redundant."""
    types = {source.definition.type for source in group.sources}
    records = []
    for source in group.sources:
        graph = source.part.graph
        taken = graph in group.overridden
        used = (taken or graph in group.migrating) and merging.use[graph].needs(group.owner.name, group.name)
        if used or not taken:
            records.append(_record(merging, group, source, len(types) > 1, used_overridden=used))
    if len(records) == len(group.owner.sources) and all(_is_plain(record) for record in records):
        return ()
    return tuple(records)


def _is_plain(record: JoinField) -> bool:
    """Whether the record contains nothing except that the subgraph has the field."""
    if record.override is not None:
        record = replace(record, override=None, override_label=None)
    return record == JoinField(graph=record.graph)


def _record(
    merging: Merging, group: FieldGroup, source: FieldSource, with_type: bool, *, used_overridden: bool
) -> JoinField:
    graph = source.part.graph
    if not source.definition.directives and not group.migrating and not used_overridden:
        contexts = context_arguments(merging, source)
        return JoinField(graph=graph, type=source.definition.type if with_type else None, context_arguments=contexts)
    override = override_of(source)
    return JoinField(
        graph=graph,
        requires=_fields(source, "requires"),
        provides=_fields(source, "provides"),
        type=source.definition.type if with_type else None,
        external=source.external,
        override=string_argument(override, "from") if override else None,
        override_label=_label(group, source),
        used_overridden=used_overridden,
        context_arguments=context_arguments(merging, source),
    )


def _label(group: FieldGroup, source: FieldSource) -> str | None:
    """The label that decides which subgraph resolves the field. Without a source subgraph, there is no label."""
    override = override_of(source)
    if override is None:
        return group.migrating.get(source.part.graph)
    origin = string_argument(override, "from")
    return label_of(override) if any(other.part.name == origin for other in group.sources) else None


def _fields(source: FieldSource, directive: str) -> str | None:
    found = applied(source.definition.directives, directive)
    return string_argument(found[0], "fields") if found else None
