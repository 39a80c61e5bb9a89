"""`@requires`: a field needs other fields of its entity, which routers fetch first and send along."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.report import Finding
from hanse_schema.checks.requirements.deployment import (
    ChangedSubgraph,
    Deployment,
    Order,
    listed,
    publish_first,
    subgraph_first,
)
from hanse_schema.subgraph.field_set import FieldSetError, Selection, parse_field_set
from hanse_schema.subgraph.model import FieldDef, applied, string_argument


def changed_requires(deployment: Deployment, subgraph: ChangedSubgraph) -> Iterator[Finding]:
    """Fields that need more, or less, than before."""
    for type_, field in subgraph.fields_after():
        old = subgraph.resolved_before(type_.name, field.name)
        needed, needed_before = _required(field), _required(old)
        coordinate = f"{type_.name}.{field.name}"
        if more := sorted(needed - needed_before):
            yield _more(deployment, subgraph, coordinate, more, is_new=old is None)
        elif less := sorted(needed_before - needed):
            yield subgraph_first(subgraph.name).finding(
                "REQUIRES_REDUCED",
                f"{coordinate} no longer requires {listed(less)}. Deploy {subgraph.name} before its schema is "
                "published: "
                "after that, routers no longer send it.",
                coordinate,
                subgraph.name,
            )


def _more(
    deployment: Deployment, subgraph: ChangedSubgraph, coordinate: str, more: list[str], *, is_new: bool
) -> Finding:
    type_name = coordinate.partition(".")[0]
    providers: set[str] = set()
    for path in more:
        providers.update(deployment.new_elsewhere(subgraph.name, type_name, path.split(".")[0]))
    first = sorted(providers)
    required = f"{coordinate} of {subgraph.name} requires {listed(more)}"
    if first:
        return subgraph_first(subgraph.name, *first).finding(
            "REQUIRES_NEW_FIELD",
            f"{required}, which only this change adds to {listed(first)}. Deploy {listed(first)} first, since "
            f"{subgraph.name} cannot resolve the field without it.",
            coordinate,
            subgraph.name,
        )
    if is_new:
        return subgraph_first(subgraph.name).finding(
            "REQUIRES_ADDED",
            f"{required}. Deploy {subgraph.name} before its schema is published: routers use the field immediately.",
            coordinate,
            subgraph.name,
        )
    order = publish_first(subgraph.name)
    steps = (*order.steps[:-1], f"Deploy {subgraph.name}, whose resolver may then rely on {listed(more)}.")
    return Order(steps, unusual=True).finding(
        "REQUIRES_EXTENDED",
        f"{required} that it did not require before. Publish the schema before {subgraph.name} is deployed: routers "
        "with "
        "the current supergraph do not send it. Or let the resolver work without it until then.",
        coordinate,
        subgraph.name,
    )


def _required(field: FieldDef | None) -> set[str]:
    """The leaves of the field set of `@requires`, as paths."""
    found: set[str] = set()
    for directive in () if field is None else applied(field.directives, "requires"):
        try:
            found.update(_leaves(parse_field_set(string_argument(directive, "fields") or ""), ""))
        except FieldSetError:
            continue  # composition reports it
    return found


def _leaves(selections: tuple[Selection, ...], above: str) -> Iterator[str]:
    for selection in selections:
        path = above if selection.field is None else f"{above}.{selection.field}" if above else selection.field
        if selection.selections is None:
            yield path
        else:
            yield from _leaves(selection.selections, path)
