"""A compatible schema accepts every value that the old one accepted: values and schemas are random."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from hanse_schema.checks.event_schemas import Compatibility, Direction, Policy, incompatibilities

NAMES = ("a", "b", "ab")
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 5) | st.sampled_from(["", "a", "ab", "abc"]) | st.just(0.5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def objects(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": draw(st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)),
    }
    if draw(st.booleans()):
        schema["additionalProperties"] = draw(st.just(False) | inner)
    if required := draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=2)):
        schema["required"] = required
    if draw(st.booleans()):
        schema[draw(st.sampled_from(["minProperties", "maxProperties"]))] = draw(st.integers(0, 3))
    return schema


def bounded(kind: str, *keywords: str) -> st.SearchStrategy[Any]:
    bounds = st.dictionaries(st.sampled_from(keywords), st.integers(1, 3), max_size=2)
    return bounds.map(lambda found: {"type": kind, **found})


SIMPLE: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from([{}, {"type": "null"}, {"type": "boolean"}, {"type": ["string", "null"]}]),
    bounded("string", "minLength", "maxLength"),
    bounded("integer", "minimum", "maximum", "multipleOf"),
    bounded("number", "exclusiveMinimum", "exclusiveMaximum"),
    st.lists(st.sampled_from(["a", "ab", 1, None]), min_size=1, unique_by=repr).map(lambda found: {"enum": found}),
)
SCHEMAS: st.SearchStrategy[Any] = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        objects(inner),
        st.builds(lambda item, most: {"type": "array", "items": item, "maxItems": most}, inner, st.integers(0, 3)),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"anyOf": parts}),
        st.lists(inner, min_size=1, max_size=2).map(lambda parts: {"allOf": parts}),
    ),
    max_leaves=5,
)


@st.composite
def changed(draw: st.DrawFn, schema: Any) -> Any:
    """A schema with one change somewhere, so that compatible pairs are not rare."""
    if not isinstance(schema, dict) or draw(st.integers(0, 4)) == 0:
        return draw(SCHEMAS)
    key = draw(st.sampled_from(sorted(schema))) if schema else None
    match schema.get(key) if key else None:
        case dict() as inner if key in ("items", "additionalProperties"):
            return schema | {key: draw(changed(inner))}
        case dict() as properties if properties:
            name = draw(st.sampled_from(sorted(properties)))
            if draw(st.booleans()):
                return schema | {key: {other: one for other, one in properties.items() if other != name}}
            return schema | {key: properties | {name: draw(changed(properties[name]))}}
        case list() as parts if parts and key in ("anyOf", "allOf"):
            return schema | {key: [*parts[:-1], draw(changed(parts[-1]))]}
        case int() as bound if not isinstance(bound, bool):
            return schema | {key: draw(st.integers(1, 4))}
        case _:
            return {other: one for other, one in schema.items() if other != key}


def valid(schema: Any, value: Any) -> bool:
    return bool(Draft202012Validator(schema).is_valid(value))


@settings(max_examples=200, deadline=None)
@given(st.data(), SCHEMAS)
def test_a_compatible_schema_accepts_what_the_old_one_accepted(data: st.DataObject, old: Any) -> None:
    new = data.draw(changed(old))
    assume(incompatibilities([old], new, Compatibility.BACKWARD, Policy.STRICT) == [])
    for value in data.draw(st.lists(VALUES, min_size=5, max_size=20)):
        if valid(old, value):
            assert valid(new, value), (old, new, value)


@settings(max_examples=100, deadline=None)
@given(SCHEMAS, SCHEMAS)
def test_forward_is_backward_in_the_other_direction(old: Any, new: Any) -> None:
    forward = incompatibilities([old], new, Compatibility.FORWARD, Policy.STRICT)
    backward = incompatibilities([new], old, Compatibility.BACKWARD, Policy.STRICT)
    assert [one.difference for one in forward] == [one.difference for one in backward]
    full = incompatibilities([old], new, Compatibility.FULL, Policy.STRICT)
    assert [one.difference for one in full if one.direction is Direction.FORWARD] == [one.difference for one in forward]


def test_a_transitive_comparison_looks_at_all_versions() -> None:
    first, second, third = ({"type": "string", "maxLength": most} for most in (5, 2, 4))
    last_only = incompatibilities([first, second], third, Compatibility.BACKWARD, Policy.STRICT)
    assert last_only == []
    [found] = incompatibilities([first, second], third, Compatibility.BACKWARD_TRANSITIVE, Policy.STRICT)
    assert (found.version, found.difference.kind.name) == (1, "MAX_LENGTH_DECREASED")
    assert incompatibilities([first, second], third, Compatibility.NONE, Policy.STRICT) == []
