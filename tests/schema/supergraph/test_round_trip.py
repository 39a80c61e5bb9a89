"""What is printed is read back the same, and is GraphQL that others can load."""

from __future__ import annotations

from graphql import GraphQLError, build_schema, introspection_from_schema, validate_schema
from hypothesis import HealthCheck, given, settings

from hanse_schema.supergraph import api_schema, parse_supergraph, print_supergraph
from hanse_schema.supergraph.model import Supergraph
from tests.schema.supergraph.models import supergraphs

_FEW = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@_FEW
@given(supergraphs())
def test_print_and_parse_lose_nothing(supergraph: Supergraph) -> None:
    printed = print_supergraph(supergraph)

    read = parse_supergraph(printed)

    assert read == supergraph
    assert print_supergraph(read) == printed, "the order of members is kept too"


@_FEW
@given(supergraphs())
def test_the_print_defines_all_it_uses(supergraph: Supergraph) -> None:
    unknown = [error for error in _errors_of_print(supergraph) if "Unknown" in error.message]

    assert unknown == []


def _errors_of_print(supergraph: Supergraph) -> list[GraphQLError]:
    try:
        build_schema(print_supergraph(supergraph))
    except TypeError as error:
        return [GraphQLError(line) for line in str(error).splitlines()]
    return []


@_FEW
@given(supergraphs())
def test_the_api_schema_is_valid_and_can_be_introspected(supergraph: Supergraph) -> None:
    built = api_schema(supergraph)

    built.assume_valid, built._validation_errors = False, None
    assert validate_schema(built) == []
    assert introspection_from_schema(built)
    assert not [name for name in built.type_map if name.startswith(("join__", "link__"))]
