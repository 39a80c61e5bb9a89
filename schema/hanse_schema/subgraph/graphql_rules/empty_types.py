"""A type has at least one field, value or member."""

from __future__ import annotations

from hanse_schema.subgraph.graphql_rules.checked import Checked
from hanse_schema.subgraph.model import Kind

_WANTED = {
    Kind.OBJECT: "field",
    Kind.INTERFACE: "field",
    Kind.UNION: "member",
    Kind.ENUM: "value",
    Kind.INPUT_OBJECT: "field",
}


def check(checked: Checked) -> None:
    """Report each empty type. A query root can be empty: it has the fields of the subgraph protocol."""
    for owner in checked.types.values():
        if owner.kind is Kind.SCALAR or owner.fields or owner.input_fields or owner.members or owner.values:
            continue
        if owner.nodes and owner.name != "Query":
            checked.error(
                f"`{owner.name}` is empty: give it at least one {_WANTED[owner.kind]}, or remove it.",
                owner.nodes[0],
                coordinate=owner.name,
            )
