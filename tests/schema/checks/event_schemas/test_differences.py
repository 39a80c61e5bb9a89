"""The differences between two JSON Schemas, and whether they are compatible backward: strictly, leniently, or not."""

from __future__ import annotations

from typing import Any

import pytest

from hanse_schema.checks.event_schemas.comparison import TooComplex
from hanse_schema.checks.event_schemas.compatibility import Policy
from hanse_schema.checks.event_schemas.differences import differences
from hanse_schema.checks.event_schemas.documents import Schema
from hanse_schema.checks.event_schemas.kinds import Effect, Kind
from tests.router.planner.test_bounds import calls_of

CLOSED: dict[str, Any] = {"type": "object", "additionalProperties": False}
OPEN: dict[str, Any] = {"type": "object"}
TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
NUMBER = {"type": "number"}


def of(base: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {**base, "properties": properties}


def texts(**properties: Any) -> dict[str, Any]:
    """An object of which additional properties are texts."""
    return {"type": "object", "additionalProperties": TEXT, "properties": properties}


CASES: list[tuple[Schema, Schema, list[str]]] = [
    # labels
    ({"title": "a"}, {"title": "b"}, ["TITLE_CHANGED #/title"]),
    ({**TEXT, "title": "a"}, {**TEXT, "title": "b"}, ["TITLE_CHANGED #/title"]),
    ({**TEXT, "description": "a"}, TEXT, ["DESCRIPTION_CHANGED #/description"]),
    ({**TEXT, "$id": "a"}, {**TEXT, "$id": "b"}, ["ID_CHANGED #/$id"]),
    ({**TEXT, "default": "a"}, {**TEXT, "default": "b"}, ["DEFAULT_CHANGED #/default"]),
    ({**TEXT, "x-personal": True}, TEXT, []),
    # types
    (TEXT, WHOLE, ["TYPE_CHANGED #"]),
    (WHOLE, NUMBER, ["TYPE_EXTENDED #"]),
    (NUMBER, WHOLE, ["TYPE_NARROWED #"]),
    (TEXT, True, ["TYPE_EXTENDED #"]),
    (TEXT, {}, ["TYPE_EXTENDED #"]),
    ({}, TEXT, ["TYPE_NARROWED #"]),
    (TEXT, False, ["TYPE_NARROWED #"]),
    (False, TEXT, ["TYPE_EXTENDED #"]),
    (True, {}, []),
    ({"properties": {"a": TEXT}}, {"type": "object", "properties": {"a": TEXT}}, []),
    (TEXT, {"type": ["string", "null"]}, ["SUM_TYPE_EXTENDED #"]),
    ({"type": ["string", "null"]}, TEXT, ["SUM_TYPE_NARROWED #"]),
    ({"type": ["string", "null"]}, {"type": ["string", "null"]}, []),
    ({"type": ["string", "null"]}, {"type": ["null", "string"]}, []),
    # texts and numbers
    (TEXT, {**TEXT, "maxLength": 3}, ["MAX_LENGTH_ADDED #/maxLength"]),
    ({**TEXT, "maxLength": 3}, TEXT, ["MAX_LENGTH_REMOVED #/maxLength"]),
    ({**TEXT, "maxLength": 3}, {**TEXT, "maxLength": 4}, ["MAX_LENGTH_INCREASED #/maxLength"]),
    ({**TEXT, "maxLength": 4}, {**TEXT, "maxLength": 3}, ["MAX_LENGTH_DECREASED #/maxLength"]),
    (TEXT, {**TEXT, "minLength": 3}, ["MIN_LENGTH_ADDED #/minLength"]),
    ({**TEXT, "minLength": 3}, TEXT, ["MIN_LENGTH_REMOVED #/minLength"]),
    ({**TEXT, "minLength": 3}, {**TEXT, "minLength": 4}, ["MIN_LENGTH_INCREASED #/minLength"]),
    ({**TEXT, "minLength": 4}, {**TEXT, "minLength": 3}, ["MIN_LENGTH_DECREASED #/minLength"]),
    (TEXT, {**TEXT, "pattern": "a"}, ["PATTERN_ADDED #/pattern"]),
    ({**TEXT, "pattern": "a"}, TEXT, ["PATTERN_REMOVED #/pattern"]),
    ({**TEXT, "pattern": "a"}, {**TEXT, "pattern": "b"}, ["PATTERN_CHANGED #/pattern"]),
    (TEXT, {**TEXT, "format": "uuid"}, ["FORMAT_ADDED #/format"]),
    ({**TEXT, "format": "uuid"}, TEXT, ["FORMAT_REMOVED #/format"]),
    ({**TEXT, "format": "uuid"}, {**TEXT, "format": "date"}, ["FORMAT_CHANGED #/format"]),
    (NUMBER, {**NUMBER, "maximum": 3}, ["MAXIMUM_ADDED #/maximum"]),
    ({**NUMBER, "maximum": 3}, {**NUMBER, "maximum": 4.5}, ["MAXIMUM_INCREASED #/maximum"]),
    ({**NUMBER, "maximum": 3}, {**NUMBER, "maximum": 2}, ["MAXIMUM_DECREASED #/maximum"]),
    ({**WHOLE, "maximum": 3}, WHOLE, ["MAXIMUM_REMOVED #/maximum"]),
    (WHOLE, {**WHOLE, "minimum": 3}, ["MINIMUM_ADDED #/minimum"]),
    ({**WHOLE, "minimum": 3}, WHOLE, ["MINIMUM_REMOVED #/minimum"]),
    ({**WHOLE, "minimum": 3}, {**WHOLE, "minimum": 4}, ["MINIMUM_INCREASED #/minimum"]),
    ({**WHOLE, "minimum": 3}, {**WHOLE, "minimum": 2}, ["MINIMUM_DECREASED #/minimum"]),
    (WHOLE, {**WHOLE, "exclusiveMaximum": 1}, ["EXCLUSIVE_MAXIMUM_ADDED #/exclusiveMaximum"]),
    (
        {**WHOLE, "exclusiveMinimum": 1},
        {**WHOLE, "exclusiveMinimum": 2},
        ["EXCLUSIVE_MINIMUM_INCREASED #/exclusiveMinimum"],
    ),
    (WHOLE, {**WHOLE, "multipleOf": 2}, ["MULTIPLE_OF_ADDED #/multipleOf"]),
    ({**WHOLE, "multipleOf": 2}, WHOLE, ["MULTIPLE_OF_REMOVED #/multipleOf"]),
    ({**WHOLE, "multipleOf": 4}, {**WHOLE, "multipleOf": 2}, ["MULTIPLE_OF_REDUCED #/multipleOf"]),
    ({**WHOLE, "multipleOf": 2}, {**WHOLE, "multipleOf": 4}, ["MULTIPLE_OF_EXPANDED #/multipleOf"]),
    ({**WHOLE, "multipleOf": 2}, {**WHOLE, "multipleOf": 3}, ["MULTIPLE_OF_CHANGED #/multipleOf"]),
    # values
    ({"enum": ["a"]}, {"enum": ["a", "b"]}, ["ENUM_ARRAY_EXTENDED #/enum"]),
    ({"enum": ["a", "b"]}, {"enum": ["b"]}, ["ENUM_ARRAY_NARROWED #/enum"]),
    ({"enum": ["a", "b"]}, {"enum": ["b", "c"]}, ["ENUM_ARRAY_CHANGED #/enum"]),
    ({"enum": ["a", "b"]}, {"enum": ["b", "a"]}, []),
    ({**TEXT, "enum": ["a"]}, TEXT, ["ENUM_ARRAY_EXTENDED #/enum"]),
    (TEXT, {**TEXT, "enum": ["a"]}, ["ENUM_ARRAY_NARROWED #/enum"]),
    ({"const": 1}, {"const": 2}, ["ENUM_ARRAY_CHANGED #/enum"]),
    ({"const": 1}, {"enum": [1, 2]}, ["ENUM_ARRAY_EXTENDED #/enum"]),
    ({"enum": ["a", 1]}, TEXT, ["ENUM_ARRAY_EXTENDED #/enum", "TYPE_CHANGED #"]),
    ({"enum": ["a", "b"]}, TEXT, ["ENUM_ARRAY_EXTENDED #/enum"]),
    ({"enum": ["a"]}, {**TEXT, "minLength": 2}, ["ENUM_ARRAY_EXTENDED #/enum", "TYPE_CHANGED #"]),
    ({"enum": [1, 2.0]}, WHOLE, ["ENUM_ARRAY_EXTENDED #/enum"]),
    # open content model
    (of(OPEN), of(OPEN, a=TEXT), ["OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL #/properties/a"]),
    (of(OPEN), of(OPEN, a={}), ["PROPERTY_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL #/properties/a"]),
    (
        of(OPEN),
        {**of(OPEN, a=TEXT), "required": ["a"]},
        ["REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL #/properties/a"],
    ),
    (
        of(OPEN),
        {**of(OPEN, a={**TEXT, "default": ""}), "required": ["a"]},
        ["REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL #/properties/a"],
    ),
    (of(OPEN, a=TEXT), of(OPEN), ["PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL #/properties/a"]),
    # closed content model
    (of(CLOSED), of(CLOSED, a=TEXT), ["OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL #/properties/a"]),
    (
        of(CLOSED),
        {**of(CLOSED, a=TEXT), "required": ["a"]},
        ["REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL #/properties/a"],
    ),
    (
        of(CLOSED),
        {**of(CLOSED, a={**TEXT, "default": ""}), "required": ["a"]},
        ["REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_UNOPEN_CONTENT_MODEL #/properties/a"],
    ),
    (of(CLOSED, a=TEXT), of(CLOSED), ["PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL #/properties/a"]),
    (of(CLOSED, a=False), of(CLOSED), ["PROPERTY_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL #/properties/a"]),
    # partially open content model
    (
        texts(),
        texts(a=TEXT),
        [
            "PROPERTY_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/properties/a",
            "OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL #/properties/a",
        ],
    ),
    (
        texts(),
        texts(a=WHOLE),
        [
            "PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/properties/a",
            "OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL #/properties/a",
        ],
    ),
    (texts(a=TEXT), texts(), ["PROPERTY_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/properties/a"]),
    (texts(a=WHOLE), texts(), ["PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/properties/a"]),
    (
        {**of(CLOSED, aa=TEXT), "patternProperties": {"^a": TEXT}},
        {**of(CLOSED), "patternProperties": {"^a": TEXT}},
        ["PROPERTY_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/properties/aa"],
    ),
    (CLOSED, OPEN, ["ADDITIONAL_PROPERTIES_ADDED #/additionalProperties"]),
    (OPEN, CLOSED, ["ADDITIONAL_PROPERTIES_REMOVED #/additionalProperties"]),
    (OPEN, texts(), ["ADDITIONAL_PROPERTIES_NARROWED #/additionalProperties"]),
    (texts(), OPEN, ["ADDITIONAL_PROPERTIES_EXTENDED #/additionalProperties"]),
    (
        {**OPEN, "additionalProperties": TEXT},
        {**OPEN, "additionalProperties": WHOLE},
        ["TYPE_CHANGED #/additionalProperties"],
    ),
    # required and dependencies
    (of(OPEN, a=TEXT), {**of(OPEN, a=TEXT), "required": ["a"]}, ["REQUIRED_ATTRIBUTE_ADDED #/required/a"]),
    ({**of(OPEN, a=TEXT), "required": ["a"]}, of(OPEN, a=TEXT), ["REQUIRED_ATTRIBUTE_REMOVED #/required/a"]),
    (
        of(OPEN, a={**TEXT, "default": ""}),
        {**of(OPEN, a={**TEXT, "default": ""}), "required": ["a"]},
        ["REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED #/required/a"],
    ),
    (
        OPEN,
        {**OPEN, "dependentRequired": {"a": ["b"]}},
        ["DEPENDENCY_ARRAY_ADDED #/dependentRequired/a"],
    ),
    (
        {**OPEN, "dependencies": {"a": ["b"]}},
        {**OPEN, "dependencies": {"a": ["b", "c"]}},
        ["DEPENDENCY_ARRAY_EXTENDED #/dependencies/a"],
    ),
    (
        {**OPEN, "dependencies": {"a": ["b", "c"]}},
        {**OPEN, "dependencies": {"a": ["b"]}},
        ["DEPENDENCY_ARRAY_NARROWED #/dependencies/a"],
    ),
    (
        {**OPEN, "dependencies": {"a": ["b"]}},
        {**OPEN, "dependencies": {"a": ["c"]}},
        ["DEPENDENCY_ARRAY_CHANGED #/dependencies/a"],
    ),
    ({**OPEN, "dependencies": {"a": ["b"]}}, OPEN, ["DEPENDENCY_ARRAY_REMOVED #/dependencies/a"]),
    (OPEN, {**OPEN, "dependentSchemas": {"a": OPEN}}, ["DEPENDENCY_SCHEMA_ADDED #/dependentSchemas/a"]),
    ({**OPEN, "dependentSchemas": {"a": OPEN}}, OPEN, ["DEPENDENCY_SCHEMA_REMOVED #/dependentSchemas/a"]),
    (OPEN, {**OPEN, "maxProperties": 1}, ["MAX_PROPERTIES_ADDED #/maxProperties"]),
    ({**OPEN, "minProperties": 1}, OPEN, ["MIN_PROPERTIES_REMOVED #/minProperties"]),
    # arrays
    ({"type": "array", "items": TEXT}, {"type": "array", "items": WHOLE}, ["TYPE_CHANGED #/items"]),
    ({"type": "array"}, {"type": "array", "items": TEXT}, ["TYPE_NARROWED #/items"]),
    ({"type": "array", "maxItems": 2}, {"type": "array", "maxItems": 1}, ["MAX_ITEMS_DECREASED #/maxItems"]),
    ({"type": "array"}, {"type": "array", "uniqueItems": True}, ["UNIQUE_ITEMS_ADDED #/uniqueItems"]),
    ({"type": "array", "uniqueItems": True}, {"type": "array"}, ["UNIQUE_ITEMS_REMOVED #/uniqueItems"]),
    ({"prefixItems": [TEXT]}, {"prefixItems": [WHOLE]}, ["TYPE_CHANGED #/items/0"]),
    ({"prefixItems": [TEXT]}, {"prefixItems": [TEXT, TEXT]}, ["ITEM_ADDED_TO_OPEN_CONTENT_MODEL #/items/1"]),
    (
        {"prefixItems": [TEXT]},
        {"prefixItems": [TEXT, {}]},
        ["ITEM_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL #/items/1"],
    ),
    ({"prefixItems": [TEXT, TEXT]}, {"prefixItems": [TEXT]}, ["ITEM_REMOVED_FROM_OPEN_CONTENT_MODEL #/items/1"]),
    (
        {"items": [TEXT], "additionalItems": False},
        {"items": [TEXT, TEXT], "additionalItems": False},
        ["ITEM_ADDED_TO_CLOSED_CONTENT_MODEL #/items/1"],
    ),
    (
        {"items": [TEXT, TEXT], "additionalItems": False},
        {"items": [TEXT], "additionalItems": False},
        ["ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL #/items/1"],
    ),
    (
        {"prefixItems": [TEXT, False], "items": False},
        {"prefixItems": [TEXT], "items": False},
        ["ITEM_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL #/items/1"],
    ),
    (
        {"prefixItems": [TEXT, TEXT], "items": TEXT},
        {"prefixItems": [TEXT], "items": TEXT},
        ["ITEM_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/items/1"],
    ),
    (
        {"prefixItems": [TEXT, WHOLE], "items": TEXT},
        {"prefixItems": [TEXT], "items": TEXT},
        ["ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/items/1"],
    ),
    (
        {"prefixItems": [TEXT], "items": TEXT},
        {"prefixItems": [TEXT, TEXT], "items": TEXT},
        ["ITEM_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/items/1"],
    ),
    (
        {"prefixItems": [TEXT], "items": TEXT},
        {"prefixItems": [TEXT, WHOLE], "items": TEXT},
        ["ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/items/1"],
    ),
    (
        {"prefixItems": [TEXT], "items": False},
        {"prefixItems": [TEXT]},
        ["ADDITIONAL_ITEMS_ADDED #/items"],
    ),
    ({"prefixItems": [TEXT]}, {"prefixItems": [TEXT], "items": False}, ["ADDITIONAL_ITEMS_REMOVED #/items"]),
    ({"prefixItems": [TEXT]}, {"prefixItems": [TEXT], "items": TEXT}, ["ADDITIONAL_ITEMS_NARROWED #/items"]),
    ({"prefixItems": [TEXT], "items": TEXT}, {"prefixItems": [TEXT]}, ["ADDITIONAL_ITEMS_EXTENDED #/items"]),
    # combined
    ({"anyOf": [TEXT]}, {"anyOf": [TEXT, WHOLE]}, ["SUM_TYPE_EXTENDED #/anyOf"]),
    ({"anyOf": [TEXT, WHOLE]}, {"anyOf": [TEXT]}, ["SUM_TYPE_NARROWED #/anyOf"]),
    ({"anyOf": [TEXT, WHOLE]}, {"anyOf": [NUMBER, TEXT]}, []),
    ({"anyOf": [TEXT, WHOLE]}, {"anyOf": [TEXT, OPEN]}, ["COMBINED_TYPE_SUBSCHEMAS_CHANGED #/anyOf"]),
    ({"allOf": [OPEN, OPEN]}, {"allOf": [OPEN]}, ["PRODUCT_TYPE_NARROWED #/allOf"]),
    ({"allOf": [TEXT]}, {"allOf": [TEXT, {**TEXT, "maxLength": 1}]}, ["PRODUCT_TYPE_EXTENDED #/allOf"]),
    ({"oneOf": [TEXT]}, {"anyOf": [TEXT]}, ["COMBINED_TYPE_EXTENDED #/anyOf"]),
    ({"anyOf": [TEXT]}, {"allOf": [TEXT]}, ["COMBINED_TYPE_CHANGED #/allOf"]),
    (TEXT, {"anyOf": [WHOLE, TEXT]}, ["SUM_TYPE_EXTENDED #"]),
    (TEXT, {"anyOf": [WHOLE, OPEN]}, ["TYPE_CHANGED #"]),
    (TEXT, {"anyOf": [WHOLE]}, ["TYPE_CHANGED #"]),
    (TEXT, {"allOf": [TEXT, {"maxLength": 2}]}, ["PRODUCT_TYPE_EXTENDED #"]),
    ({"anyOf": [WHOLE, NUMBER]}, NUMBER, ["TYPE_EXTENDED #"]),
    ({"anyOf": [TEXT, NUMBER]}, NUMBER, ["SUM_TYPE_NARROWED #"]),
    ({"allOf": [TEXT, {"maxLength": 2}]}, TEXT, ["PRODUCT_TYPE_NARROWED #"]),
    (
        {**of(OPEN, a=TEXT), "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        {**of(OPEN, a=WHOLE), "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        ["TYPE_CHANGED #/properties/a"],
    ),
    ({"not": TEXT}, {"not": WHOLE}, ["NOT_TYPE_EXTENDED #/not"]),
    ({"not": NUMBER}, {"not": WHOLE}, ["NOT_TYPE_NARROWED #/not"]),
    ({"not": TEXT}, {"type": "integer"}, ["TYPE_NARROWED #", "NOT_TYPE_NARROWED #/not"]),
    # keywords that are compared as a whole
    ({**OPEN, "propertyNames": TEXT}, OPEN, ["KEYWORD_CHANGED #/propertyNames"]),
    (OPEN, {**OPEN, "if": OPEN, "then": OPEN}, ["KEYWORD_CHANGED #/if", "KEYWORD_CHANGED #/then"]),
    # references
    (
        {"$ref": "#/$defs/A", "$defs": {"A": of(OPEN, a=TEXT)}},
        {"$ref": "#/$defs/A", "$defs": {"A": of(OPEN, a=WHOLE)}},
        ["TYPE_CHANGED #/properties/a"],
    ),
    (
        {**of(OPEN, a={"$ref": "#/$defs/A"}), "$defs": {"A": TEXT}},
        {**of(OPEN, a={"$ref": "#/$defs/B"}), "$defs": {"B": TEXT}},
        [],
    ),
    (
        {**of(OPEN, a={"$ref": "#/$defs/A~1b"}), "$defs": {"A/b": TEXT}},
        {**of(OPEN, a=WHOLE)},
        ["TYPE_CHANGED #/properties/a"],
    ),
    (
        {**of(OPEN, next={"$ref": "#"}), "title": "a"},
        {**of(OPEN, next={"$ref": "#"}), "title": "b"},
        ["TITLE_CHANGED #/title"],
    ),
    ({"$ref": "other.json"}, {"$ref": "other.json"}, []),
]


@pytest.mark.parametrize(("original", "update", "expected"), CASES, ids=[f"{n}" for n in range(len(CASES))])
def test_differences(original: Schema, update: Schema, expected: list[str]) -> None:
    found = differences(original, update, Policy.STRICT.accepted)
    assert sorted(f"{one.kind.name} {one.path}" for one in found) == sorted(expected)


def test_every_kind_has_a_case() -> None:
    shown = {Kind[line.split()[0]] for _, _, expected in CASES for line in expected}
    bounds = {kind for kind in Kind if kind.name.startswith(("MAX", "MIN", "EXCLUSIVE"))}
    assert set(Kind) - shown - bounds == set()


def test_equal_schemas_have_no_differences() -> None:
    for original, update, _ in CASES:
        assert differences(original, original, Policy.STRICT.accepted) == []
        assert differences(update, update, Policy.STRICT.accepted) == []


def test_an_open_content_model_grows_only_by_the_lenient_policy() -> None:
    [added] = differences(of(OPEN), of(OPEN, a=TEXT), Policy.STRICT.accepted)
    assert added.kind.effect is Effect.LENIENT
    assert added.kind.effect not in Policy.STRICT.accepted
    assert added.kind.effect in Policy.LENIENT.accepted


@pytest.mark.parametrize("broken", ["x", {"$ref": "#/$defs/missing"}, {"type": 3, "properties": [], "required": "a"}])
def test_a_schema_with_wrong_keywords_is_compared_by_what_is_left(broken: Any) -> None:
    schema = of(OPEN, a=broken)
    assert differences(schema, schema, Policy.STRICT.accepted) == []
    differences(schema, of(OPEN, a=TEXT), Policy.STRICT.accepted)


@pytest.mark.parametrize("pattern", ["(a+)+$", "a*" * 60 + "b", "(", "a" * 500])
def test_a_pattern_that_may_be_slow_covers_nothing(pattern: str) -> None:
    name = "a" * 60
    before = {**CLOSED, "properties": {name: TEXT}, "patternProperties": {pattern: TEXT}}
    after = {**CLOSED, "patternProperties": {pattern: TEXT}}
    [found] = differences(before, after, Policy.STRICT.accepted)
    assert found.kind is Kind.PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL


def wide(count: int, last: Schema) -> Schema:
    return of(OPEN, **{f"p{n}": {"anyOf": [TEXT, last]} for n in range(count)})


def many_parts(count: int, last: Schema) -> Schema:
    return {"anyOf": [{**TEXT, "maxLength": n} for n in range(count)] + [last]}


@pytest.mark.parametrize("make", [wide, many_parts])
def test_the_work_is_linear_in_the_schema(make: Any) -> None:
    def work(count: int) -> int:
        return calls_of(lambda: differences(make(count, WHOLE), make(count, NUMBER), Policy.STRICT.accepted))

    assert work(400) <= 15 * work(40)


def nested(depth: int) -> Schema:
    schema: Schema = TEXT
    for _ in range(depth):
        schema = {"anyOf": [schema, of(OPEN, a=schema)]}
    return schema


def doubled(depth: int, last: Schema) -> Schema:
    """Definitions of which each refers to the next one twice."""
    definitions: dict[str, Schema] = {f"D{depth}": last}
    for n in range(depth):
        definitions[f"D{n}"] = of(OPEN, a={"$ref": f"#/$defs/D{n + 1}"}, b={"$ref": f"#/$defs/D{n + 1}"})
    return {"$ref": "#/$defs/D0", "$defs": definitions}


def test_schemas_that_are_too_complex_are_refused() -> None:
    with pytest.raises(TooComplex):
        differences(doubled(30, TEXT), doubled(30, WHOLE), Policy.STRICT.accepted)
    deep: Schema = TEXT
    other: Schema = WHOLE
    for _ in range(60):
        deep, other = of(OPEN, a=deep), of(OPEN, a=other)
    with pytest.raises(TooComplex):
        differences(deep, other, Policy.STRICT.accepted)
    assert differences(nested(12), nested(12), Policy.STRICT.accepted) == []
