"""Values that a subgraph returns only after the change: routers have to know them first."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.report import Finding
from hanse_schema.checks.requirements.deployment import ChangedSubgraph, Deployment, publish_first
from hanse_schema.subgraph.model import Kind, TypeDef
from hanse_schema.type_ref import named_type


def new_outputs(deployment: Deployment, subgraph: ChangedSubgraph) -> Iterator[Finding]:
    """Enum values, union members and nulls that a field of the subgraph can return from now on."""
    returned = {named_type(field.type) for _, field in subgraph.fields_before()}
    for name in sorted(returned):
        before, after = subgraph.type_before(name), subgraph.type_after(name)
        if before is not None and after is not None:
            for value in _new_values(before, after):
                yield publish_first(subgraph.name).finding(
                    "OUTPUT_VALUE_ADDED",
                    f"Fields of {subgraph.name} can return {value} as {name}. Publish the schema before "
                    f"{subgraph.name} "
                    "returns it: routers with the current supergraph replace it by an error.",
                    f"{name}.{value}" if before.kind is Kind.ENUM else name,
                    f"{subgraph.name} {value}",
                )
    yield from _new_nulls(subgraph)


def _new_values(before: TypeDef, after: TypeDef) -> list[str]:
    if before.kind is Kind.ENUM and after.kind is Kind.ENUM:
        return sorted(after.values.keys() - before.values.keys())
    if before.kind is Kind.UNION and after.kind is Kind.UNION:
        return sorted(after.members.keys() - before.members.keys())
    return []


def _new_nulls(subgraph: ChangedSubgraph) -> Iterator[Finding]:
    for type_, field in subgraph.fields_after():
        old = subgraph.resolved_before(type_.name, field.name)
        if old is not None and old.type.endswith("!") and not field.type.endswith("!"):
            coordinate = f"{type_.name}.{field.name}"
            yield publish_first(subgraph.name).finding(
                "OUTPUT_BECAME_NULLABLE",
                f"{coordinate} of {subgraph.name} can be null. Publish the schema before {subgraph.name} returns null: "
                "routers with the current supergraph replace the object around it by null, with an error.",
                coordinate,
                subgraph.name,
            )
