"""Fields that become shared, and fields that a subgraph no longer resolves."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.report import Finding
from hanse_schema.checks.requirements.deployment import (
    ChangedSubgraph,
    Deployment,
    Order,
    listed,
    overridden,
    publish_first,
    resolvers,
    subgraph_first,
)
from hanse_schema.subgraph.model import FieldDef, TypeDef


def shared_fields(deployment: Deployment, subgraph: ChangedSubgraph) -> Iterator[Finding]:
    """Fields that the subgraph resolves from now on, beside others. Those of root and value types are left out."""
    for type_, field in subgraph.fields_after():
        new = subgraph.resolved_before(type_.name, field.name) is None
        others = deployment.resolved_elsewhere(subgraph.name, type_.name, field.name)
        if not new or not others or not _of_entity(type_) or overridden(field) is not None:
            continue
        if subgraph.resolved_after(type_.name, field.name) is None or _in_key(type_, field):
            continue
        coordinate = f"{type_.name}.{field.name}"
        yield subgraph_first(subgraph.name).finding(
            "SHAREABLE_FIELD_ADDED",
            f"{subgraph.name} resolves {coordinate} beside {listed(others)}. Deploy it, with the same values, before "
            "its "
            "schema is published: from then on routers use either.",
            coordinate,
            subgraph.name,
        )


def removed_subgraph(deployment: Deployment, subgraph: ChangedSubgraph) -> Iterator[Finding]:
    """The whole subgraph is removed; the other rules have nothing to add."""
    if subgraph.after is None:
        order = Order(
            ("Publish the supergraph without it, and wait until all routers have it.", f"Stop {subgraph.name}."),
            unusual=True,
        )
        yield order.finding(
            "SUBGRAPH_REMOVED",
            f"{subgraph.name} is removed. Publish the supergraph without it before it stops: routers with the current "
            "supergraph send it requests.",
            None,
            subgraph.name,
        )


def removed_fields(deployment: Deployment, subgraph: ChangedSubgraph) -> Iterator[Finding]:
    """Fields that the subgraph no longer resolves: others still do, a changed one does now, or the field is gone.

    Fields of keys are left out: `changed_keys` reports the key. So are those that another subgraph overrides.
    """
    for type_, field in subgraph.fields_before():
        coordinate = f"{type_.name}.{field.name}"
        resolved = subgraph.resolved_before(type_.name, field.name) is not None
        if not resolved or subgraph.resolved_after(type_.name, field.name) is not None or subgraph.after is None:
            continue
        if _in_key(type_, field) or deployment.overrides(type_.name, field.name, subgraph.name):
            continue
        if subgraph.name not in resolvers(deployment.before, type_.name, field.name):
            continue  # overridden before
        others = sorted(resolvers(deployment.after, type_.name, field.name))
        if moved := deployment.new_elsewhere(subgraph.name, type_.name, field.name):
            yield _moved(coordinate, subgraph.name, moved)
        elif others:
            yield publish_first(subgraph.name).finding(
                "FIELD_NO_LONGER_SHARED",
                f"{subgraph.name} no longer resolves {coordinate}; {listed(others)} still does. Publish the schema "
                "before "
                f"{subgraph.name} is deployed: routers with the current supergraph may request the field from it.",
                coordinate,
                subgraph.name,
            )
        else:
            yield publish_first(subgraph.name).finding(
                "FIELD_REMOVED_FROM_SUBGRAPH",
                f"{coordinate} is removed. Publish the schema before {subgraph.name} is deployed: routers with the "
                "current "
                "supergraph request the field from it.",
                coordinate,
                subgraph.name,
            )


def _moved(coordinate: str, source: str, targets: list[str]) -> Finding:
    target = listed(targets)
    order = Order(
        (
            f'Deploy {target} with {coordinate} @override(from: "{source}"); {source} keeps the field.',
            f"Publish the schema of {target}, and wait until all routers have it.",
            f"Remove the field and the @override. Publish the schema of {source}, then deploy it.",
        ),
        unusual=True,
    )
    return order.finding(
        "FIELD_MOVED",
        f"{coordinate} moves from {source} to {target} in one step. Move it with @override in several steps: routers "
        "with the "
        f"current supergraph request the field from {source}.",
        coordinate,
        source,
    )


def _of_entity(type_: TypeDef) -> bool:
    return any(directive.name == "key" and directive.spec is not None for directive in type_.directives)


def _in_key(type_: TypeDef, field: FieldDef) -> bool:
    """Whether the field is at the top of a key, which every subgraph with the key resolves."""
    keys = (directive.arguments.get("fields", "") for directive in type_.directives if directive.name == "key")
    return any(field.name in key.replace('"', " ").replace("{", " ").replace("}", " ").split() for key in keys)
