"""`@override`: a field moves from one subgraph to another."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.report import Finding
from hanse_schema.checks.requirements.deployment import (
    ChangedSubgraph,
    Deployment,
    Order,
    overridden,
    subgraph_first,
)


def new_overrides(deployment: Deployment, subgraph: ChangedSubgraph) -> Iterator[Finding]:
    """Fields that the subgraph takes from another one."""
    removed = {
        (other.name, f"{type_.name}.{field.name}")
        for other in deployment.changed
        for type_, field in other.fields_before()
        if other.resolved_after(type_.name, field.name) is None
    }
    for type_, field in subgraph.fields_after():
        source = overridden(field)
        if source is None or overridden(subgraph.resolved_before(type_.name, field.name)) == source:
            continue
        coordinate = f"{type_.name}.{field.name}"
        yield _override(subgraph.name, source, coordinate, is_removed=(source, coordinate) in removed)


def _override(name: str, source: str, coordinate: str, *, is_removed: bool) -> Finding:
    after = f"Remove the field from {source}, publish its schema, then deploy it."
    order = Order((*subgraph_first(name).steps, after), unusual=is_removed)
    if is_removed:
        message = (
            f"{name} takes {coordinate} from {source}, which removes it in the same change. Keep it in {source} "
            "until all "
            "routers have the new supergraph: those with the current one request it there."
        )
    else:
        message = (
            f"{name} takes {coordinate} from {source}. Deploy {name} before its schema is published; {source} must "
            "resolve "
            "the field until all routers have the new supergraph."
        )
    return order.finding("FIELD_OVERRIDDEN", message, coordinate, name)
