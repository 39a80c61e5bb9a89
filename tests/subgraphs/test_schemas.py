"""What every subgraph's schema keeps to: descriptions everywhere, and the same words for the same things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from hanse_subgraph.federation import SubgraphSchema

SUBGRAPHS = sorted(path.parent.name for path in (Path(__file__).parents[2] / "subgraphs").glob("*/schema.py"))
CONNECTION = {"first", "after", "last", "before"}


def schema_of(name: str) -> GraphQLSchema:
    """The schema of a subgraph, read from its SDL."""
    graph: SubgraphSchema = import_module(f"subgraphs.{name}.schema").graph
    return build_schema(graph.sdl, assume_valid_sdl=True, assume_valid=True)


def types_of(name: str) -> list[GraphQLNamedType]:
    """The subgraph's own types."""
    return [item for key, item in schema_of(name).type_map.items() if not key.startswith("_")]


def undescribed(item: GraphQLNamedType) -> Iterator[str]:
    """What of a type says nothing of itself. Values of enums speak for themselves."""
    if not item.description:
        yield item.name
    if isinstance(item, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        for name, field in item.fields.items():
            if not field.description and not name.startswith("_"):
                yield f"{item.name}.{name}"
            for argument, given in getattr(field, "args", {}).items():
                if not given.description and not name.startswith("_"):
                    yield f"{item.name}.{name}({argument}:)"


@pytest.mark.parametrize("name", SUBGRAPHS)
def test_everything_is_described(name: str) -> None:
    builtin = {"Int", "String", "Boolean", "ID", "Float"}
    described = (item for item in types_of(name) if item.name not in builtin)
    assert [missing for item in described for missing in undescribed(item)] == []


@pytest.mark.parametrize("name", SUBGRAPHS)
def test_every_connection_pages(name: str) -> None:
    for item in types_of(name):
        if not isinstance(item, GraphQLObjectType):
            continue
        for field_name, field in item.fields.items():
            if str(field.type).rstrip("!").endswith("Connection"):
                assert {"first", "after"} <= set(field.args), f"{item.name}.{field_name}"
                assert field.args.keys() & CONNECTION in ({"first", "after"}, CONNECTION)


@pytest.mark.parametrize("name", SUBGRAPHS)
def test_every_list_declares_its_size(name: str) -> None:
    missing = []
    for item in types_of(name):
        if isinstance(item, GraphQLObjectType) and not item.name.endswith("Connection"):
            for field_name, field in item.fields.items():
                connection = get_named_type(field.type).name.endswith("Connection")
                sized = connection or is_list_type(get_nullable_type(field.type))
                if sized and not field_name.startswith("_") and "listSize" not in directives_of(field):
                    missing.append(f"{item.name}.{field_name}")
    assert missing == []


def directives_of(field: GraphQLField) -> set[str]:
    """The names of the directives applied to a field."""
    return {directive.name.value for directive in (field.ast_node.directives if field.ast_node else None) or ()}


def test_every_subgraph_is_laid_out_alike() -> None:
    rooms = {"app.py", "schema.py", "types.py", "loaders.py", "repository.py", "models.py", "settings.py", "migrations"}
    folder = Path(__file__).parents[2] / "subgraphs"
    for name in SUBGRAPHS:
        assert rooms <= {path.name for path in (folder / name).iterdir()}, name
        assert {"service.py", "service"} & {path.name for path in (folder / name).iterdir()}, name


def test_enums_are_in_capitals() -> None:
    enums = [item for name in SUBGRAPHS for item in types_of(name) if isinstance(item, GraphQLEnumType)]
    assert enums
    assert all(value == value.upper() for item in enums for value in item.values)


def root_fields(name: str) -> set[str]:
    """The root fields of a subgraph."""
    roots = [item for item in types_of(name) if item.name in ("Query", "Mutation", "Subscription")]
    fields = (field for item in roots if isinstance(item, GraphQLObjectType) for field in item.fields)
    return {field for field in fields if not field.startswith("_")}


def test_the_list_of_features_has_every_operation_with_a_test_that_uses_it() -> None:
    docs = Path(__file__).parents[2] / "docs" / "reference"
    listed: dict[str, set[str]] = {}
    for line in (docs / "features.md").read_text().splitlines():
        if line.startswith("## "):
            listed[line[3:]] = set()
        elif found := re.fullmatch(r"\| `(\w+)` \| .+ \| \[\w+\]\((\S+)\) \|", line):
            listed[list(listed)[-1]].add(found[1])
            assert found[1] in (docs / found[2]).read_text(), line
    assert listed == {name: root_fields(name) for name in SUBGRAPHS}
