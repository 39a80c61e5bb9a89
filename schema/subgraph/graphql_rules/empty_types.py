"""A type has at least one field, value or member."""

from __future__ import annotations

from schema.subgraph.graphql_rules.checked import Checked
from schema.subgraph.model import Kind, TypeDef
from schema.subgraph.names import PROTOCOL_FIELDS

_WANTED = {
    Kind.OBJECT: "field",
    Kind.INTERFACE: "field",
    Kind.UNION: "member",
    Kind.ENUM: "value",
    Kind.INPUT_OBJECT: "field",
}


def check(checked: Checked) -> None:
    """Report each type without parts. A query root may have none but the router's own fields."""
    for owner in checked.types.values():
        if owner.kind is Kind.SCALAR or owner.fields or owner.input_fields or owner.members or owner.values:
            continue
        if owner.nodes and not (owner.name == "Query" and _has_protocol_fields(owner)):
            checked.error(
                f"`{owner.name}` is empty: give it at least one {_WANTED[owner.kind]}, or remove it.",
                owner.nodes[0],
                coordinate=owner.name,
            )


def _has_protocol_fields(owner: TypeDef) -> bool:
    fields = (field for node in owner.nodes for field in getattr(node, "fields", None) or ())
    return any(field.name.value in PROTOCOL_FIELDS for field in fields)
