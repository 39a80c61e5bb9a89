"""What an operation uses of a schema."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from graphql import OperationDefinitionNode, build_schema, parse, validate

from hanse_schema.checks.operation_use import OperationUse, Use, operation_use
from tests.router.planner.test_bounds import calls_of

SCHEMA = build_schema(
    """
    directive @log(level: Level) on FIELD | QUERY
    type Query { a(x: Int, in: In): A node(id: ID): Node any: Any level: Level }
    type A implements Node { id: ID b: B }
    type B implements Node { id: ID c: Int }
    type C { d: Int }
    interface Node { id: ID }
    union Any = A | B | C
    input In { n: Int deep: Deep list: [Deep!] }
    input Deep { m: Int level: Level in: In }
    enum Level { LOW HIGH }
    """
)


def use_of(text: str) -> OperationUse:
    document = parse(text)
    assert validate(SCHEMA, document) == []
    [operation] = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    return operation_use(SCHEMA, document, operation)


CERTAIN, POSSIBLE, NONE = Use.CERTAIN, Use.POSSIBLE, Use.NONE


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        ("{ a { id } }", lambda use: use.field("A", "id"), CERTAIN),
        ("{ a { id } }", lambda use: use.field("Node", "id"), NONE),
        ("{ a { id } }", lambda use: use.field("B", "id"), NONE),
        ("{ node { id } }", lambda use: use.field("B", "id"), CERTAIN),
        ("{ node { ... on A { id } } }", lambda use: use.field("B", "id"), NONE),
        ("{ any { ... on Node { id } } }", lambda use: use.field("A", "id"), CERTAIN),
        ("{ any { ... on A { ... on Node { id } } } }", lambda use: use.field("B", "id"), NONE),
        ("{ a { ...F } node { ...F } } fragment F on Node { id }", lambda use: use.field("B", "id"), CERTAIN),
        ("{ a { ...F } } fragment F on Node { id }", lambda use: use.field("B", "id"), NONE),
        ("{ a { __typename } }", lambda use: use.type("A"), CERTAIN),
        ("{ any { __typename } }", lambda use: use.type("A"), NONE),
        ("{ any { ... on C { d } } }", lambda use: use.type("C"), CERTAIN),
        ("{ a(x: 1) { id } }", lambda use: use.argument("Query", "a", "x"), CERTAIN),
        ("{ a(x: 1) { id } }", lambda use: use.without_argument("Query", "a", "in"), CERTAIN),
        ("{ a(x: 1) { id } }", lambda use: use.argument_by_variable("Query", "a", "x"), NONE),
        ("query ($x: Int) { a(x: $x) { id } }", lambda use: use.argument_by_variable("Query", "a", "x"), CERTAIN),
        ("{ a(in: {deep: {m: 1}}) { id } }", lambda use: use.input_field("Deep", "m"), CERTAIN),
        ("{ a(in: {deep: {m: 1}}) { id } }", lambda use: use.without_input_field("Deep", "level"), CERTAIN),
        ("{ a(in: {n: 1}) { id } }", lambda use: use.input_type("Deep"), NONE),
        ("query ($d: Deep) { a(in: {deep: $d}) { id } }", lambda use: use.input_field("Deep", "m"), POSSIBLE),
        ("query ($d: Deep) { a(in: {deep: $d}) { id } }", lambda use: use.input_enum_value("Level", "LOW"), POSSIBLE),
        ("query ($d: Deep = {m: 1}) { a(in: {deep: $d}) { id } }", lambda use: use.input_field("Deep", "m"), CERTAIN),
        ("{ a(in: {list: [{level: LOW}]}) { id } }", lambda use: use.input_enum_value("Level", "LOW"), CERTAIN),
        ("{ a(in: {list: [{level: LOW}]}) { id } }", lambda use: use.input_enum_value("Level", "HIGH"), NONE),
        ("{ level }", lambda use: use.output("Level"), POSSIBLE),
        ("{ level }", lambda use: use.input_enum_value("Level", "LOW"), NONE),
        ("{ any { ... on A { id } } }", lambda use: use.relation("Any", "A"), CERTAIN),
        ("{ any { ... on Node { id } } }", lambda use: use.relation("Any", "A"), POSSIBLE),
        ("{ any { ... on C { d } } }", lambda use: use.relation("Any", "A"), NONE),
        ("{ level @log(level: HIGH) }", lambda use: use.directive("log", "level"), CERTAIN),
        ("query @log { level }", lambda use: use.directive_without("log", "level"), CERTAIN),
        ("query @log { level }", lambda use: use.directive("log", "level"), NONE),
    ],
)
def test_use(text: str, question: Callable[[OperationUse], Use], expected: Use) -> None:
    assert question(use_of(text)) is expected


def test_introspection_uses_nothing() -> None:
    assert use_of("{ __schema { types { name } } __typename }") == OperationUse(kind="query")


def nested_fragments(size: int) -> str:
    """Fragments that each spread the next one twice: expanded, twice as much each time."""
    spreads = [f"fragment F{n} on Node {{ ...F{n + 1} ... on A {{ ...F{n + 1} }} }}" for n in range(size)]
    return "{ node { ...F0 } } " + " ".join(spreads) + f" fragment F{size} on Node {{ id }}"


def many_fields(size: int) -> str:
    return "{ " + " ".join(f"f{n}: a(x: {n}) {{ id }}" for n in range(size)) + " }"


def many_objects(size: int) -> str:
    return "{ a(in: {list: [" + ", ".join(f"{{m: {n}}}" for n in range(size)) + "]}) { id } }"


def nested_fields(size: int) -> str:
    return "{ a(in: " + "{deep: {in: " * size + "{n: 1}" + "}}" * size + ") { id } }"


@pytest.mark.parametrize(
    ("make", "size"), [(nested_fragments, 20), (many_fields, 100), (many_objects, 200), (nested_fields, 5)]
)
def test_ten_times_the_operation_takes_at_most_fifteen_times_the_work(make: Callable[[int], str], size: int) -> None:
    def cost(text: str) -> int:
        document = parse(text)
        [operation] = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
        return calls_of(lambda: operation_use(SCHEMA, document, operation))

    assert cost(make(size * 10)) <= 15 * cost(make(size))
