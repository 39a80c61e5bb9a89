"""Variables: the prepared functions against graphql-core's own coercion."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import OperationDefinitionNode, build_schema, get_variable_values, parse
from hypothesis import example, given
from hypothesis import strategies as st

from hanse_router.errors import VariablesRefused
from hanse_router.prepare.variables import ManyWrongVariables, prepare_variables

API = build_schema("""
  enum Colour { RED GREEN }
  scalar Any
  input Point { x: Int! y: Float = 1.5 near: [Point!] colour: Colour any: Any }
  input Choice @oneOf { a: Int b: String }
  type Query {
    f(i: Int, s: String!, b: Boolean, d: Float, id: ID!, c: [Colour!], p: Point, l: [[Int]], o: Choice, any: Any): Int
  }
""")
TYPES = [
    "Int",
    "Int!",
    "String!",
    "Boolean",
    "Float",
    "ID!",
    "[Colour!]",
    "Point",
    "[[Int]]",
    "Choice",
    "Any",
    "[Int]!",
]


def definitions(text: str) -> Any:
    operation = parse(f"query ({text}) {{ __typename }}").definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return operation.variable_definitions


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**33), 2**33)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["RED", "BLUE", "", "7", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["x", "y", "near", "colour", "any", "a", "b", "zz"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@example(type_="Choice", value={"a": None}, present=True)
@example(type_="Choice", value={"a": 1, "b": "x"}, present=True)
@example(type_="Choice", value={}, present=True)
@example(type_="ID!", value=2**70, present=True)
@given(type_=st.sampled_from(TYPES), value=json_values, present=st.booleans())
def test_the_same_values_are_taken_as_by_graphql_core(type_: str, value: Any, present: bool) -> None:
    nodes = definitions(f"$v: {type_}")
    variables = {"v": value} if present else {}
    expected = get_variable_values(API, nodes, dict(variables))
    coerce = prepare_variables(nodes, API)
    if isinstance(expected, list):
        with pytest.raises(VariablesRefused) as refused:
            coerce(variables)
        assert refused.value.formatted()[0]["locations"]
    else:
        found = dict(coerce(variables))
        assert without_inner_defaults(found) == without_inner_defaults(expected.coerced)


def without_inner_defaults(value: Any) -> Any:
    """Defaults in input objects are the subgraphs' to fill in; graphql-core fills them in."""
    if isinstance(value, dict):
        return {key: without_inner_defaults(item) for key, item in value.items() if (key, item) != ("y", 1.5)}
    if isinstance(value, list):
        return [without_inner_defaults(item) for item in value]
    return value


def test_defaults_and_what_the_operation_does_not_name() -> None:
    coerce = prepare_variables(definitions("$i: Int = 3, $c: [Colour!] = [RED], $n: Int"), API)
    assert coerce(None) == {"i": 3, "c": ["RED"]}
    assert coerce({"i": None, "zz": 1}) == {"i": None, "c": ["RED"]}


def test_each_wrong_variable_is_told_with_its_place() -> None:
    coerce = prepare_variables(definitions("$i: Int!, $p: Point"), API)
    with pytest.raises(VariablesRefused) as refused:
        coerce({"p": {"x": "no", "zz": 1}})
    messages = [error["message"] for error in refused.value.formatted()]
    assert any("$i" in message for message in messages)
    assert any("$p" in message and "zz" in message for message in messages)
    assert refused.value.formatted()[0]["locations"][0]["column"] == 8
    assert {error["extensions"]["code"] for error in refused.value.formatted()} == {"BAD_USER_INPUT"}


def test_a_value_nested_beyond_all_measure_is_refused() -> None:
    value: dict[str, Any] = {"x": 1}
    for _ in range(3000):
        value = {"x": 1, "near": [value]}
    with pytest.raises(ManyWrongVariables) as wrong:
        prepare_variables(definitions("$p: Point"), API)({"p": value})
    assert isinstance(wrong.value.explain(), VariablesRefused)
