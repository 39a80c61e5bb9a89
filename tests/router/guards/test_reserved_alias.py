"""No field but `__typename` may answer under that name."""

from __future__ import annotations

import pytest
from graphql import build_schema, parse, validate

from hanse_router.prepare.reserved_alias import ReservedAliasRule

GRAPH = build_schema("type Query { id: ID, self: Query }")


@pytest.mark.parametrize(
    ("operation", "refused"),
    [
        ("{ __typename: id }", 1),
        ("{ self { ... { __typename: id } } }", 1),
        ("query { ...F } fragment F on Query { self { __typename: id } __typename: id }", 2),
        ("{ __typename }", 0),
        ("{ __typename: __typename }", 0),
        ("{ kind: __typename other: id }", 0),
    ],
)
def test_alias(operation: str, refused: int) -> None:
    errors = validate(GRAPH, parse(operation), [ReservedAliasRule])
    assert len(errors) == refused
    assert all(error.locations for error in errors)
