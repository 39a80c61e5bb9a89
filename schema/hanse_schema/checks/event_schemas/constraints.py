"""Compares the keywords that bound values: lengths, numbers, patterns, formats, enums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from hanse_schema.checks.event_schemas.comparison import Comparison
from hanse_schema.checks.event_schemas.documents import number
from hanse_schema.checks.event_schemas.kinds import Kind


@dataclass(frozen=True, slots=True)
class Bound:
    """A keyword with a number, and the kinds of its changes."""

    keyword: str
    added: Kind
    removed: Kind
    increased: Kind
    decreased: Kind


BOUNDS = {
    "string": (
        Bound(
            "maxLength",
            Kind.MAX_LENGTH_ADDED,
            Kind.MAX_LENGTH_REMOVED,
            Kind.MAX_LENGTH_INCREASED,
            Kind.MAX_LENGTH_DECREASED,
        ),
        Bound(
            "minLength",
            Kind.MIN_LENGTH_ADDED,
            Kind.MIN_LENGTH_REMOVED,
            Kind.MIN_LENGTH_INCREASED,
            Kind.MIN_LENGTH_DECREASED,
        ),
    ),
    "number": (
        Bound("maximum", Kind.MAXIMUM_ADDED, Kind.MAXIMUM_REMOVED, Kind.MAXIMUM_INCREASED, Kind.MAXIMUM_DECREASED),
        Bound("minimum", Kind.MINIMUM_ADDED, Kind.MINIMUM_REMOVED, Kind.MINIMUM_INCREASED, Kind.MINIMUM_DECREASED),
        Bound(
            "exclusiveMaximum",
            Kind.EXCLUSIVE_MAXIMUM_ADDED,
            Kind.EXCLUSIVE_MAXIMUM_REMOVED,
            Kind.EXCLUSIVE_MAXIMUM_INCREASED,
            Kind.EXCLUSIVE_MAXIMUM_DECREASED,
        ),
        Bound(
            "exclusiveMinimum",
            Kind.EXCLUSIVE_MINIMUM_ADDED,
            Kind.EXCLUSIVE_MINIMUM_REMOVED,
            Kind.EXCLUSIVE_MINIMUM_INCREASED,
            Kind.EXCLUSIVE_MINIMUM_DECREASED,
        ),
    ),
    "object": (
        Bound(
            "maxProperties",
            Kind.MAX_PROPERTIES_ADDED,
            Kind.MAX_PROPERTIES_REMOVED,
            Kind.MAX_PROPERTIES_INCREASED,
            Kind.MAX_PROPERTIES_DECREASED,
        ),
        Bound(
            "minProperties",
            Kind.MIN_PROPERTIES_ADDED,
            Kind.MIN_PROPERTIES_REMOVED,
            Kind.MIN_PROPERTIES_INCREASED,
            Kind.MIN_PROPERTIES_DECREASED,
        ),
    ),
    "array": (
        Bound(
            "maxItems", Kind.MAX_ITEMS_ADDED, Kind.MAX_ITEMS_REMOVED, Kind.MAX_ITEMS_INCREASED, Kind.MAX_ITEMS_DECREASED
        ),
        Bound(
            "minItems", Kind.MIN_ITEMS_ADDED, Kind.MIN_ITEMS_REMOVED, Kind.MIN_ITEMS_INCREASED, Kind.MIN_ITEMS_DECREASED
        ),
    ),
}


def compare_bounds(comparison: Comparison, kind: str, original: Mapping[str, Any], update: Mapping[str, Any]) -> None:
    """Compare the numeric bounds of a type of values."""
    for bound in BOUNDS.get(kind, ()):
        before, after = number(original, bound.keyword), number(update, bound.keyword)
        if before == after:
            continue
        with comparison.at(bound.keyword):
            if before is None:
                comparison.add(bound.added)
            elif after is None:
                comparison.add(bound.removed)
            else:
                comparison.add(bound.increased if after > before else bound.decreased)


def compare_multiple(comparison: Comparison, original: Mapping[str, Any], update: Mapping[str, Any]) -> None:
    """Compare `multipleOf` of numbers."""
    before, after = number(original, "multipleOf"), number(update, "multipleOf")
    if before == after:
        return
    with comparison.at("multipleOf"):
        if before is None:
            comparison.add(Kind.MULTIPLE_OF_ADDED)
        elif after is None:
            comparison.add(Kind.MULTIPLE_OF_REMOVED)
        elif after and before % after == 0:
            comparison.add(Kind.MULTIPLE_OF_REDUCED)
        elif before and after % before == 0:
            comparison.add(Kind.MULTIPLE_OF_EXPANDED)
        else:
            comparison.add(Kind.MULTIPLE_OF_CHANGED)


def compare_texts(comparison: Comparison, original: Mapping[str, Any], update: Mapping[str, Any]) -> None:
    """Compare `pattern` and `format` of strings."""
    for keyword, (added, removed, changed) in _TEXTS.items():
        before, after = original.get(keyword), update.get(keyword)
        if before == after:
            continue
        with comparison.at(keyword):
            if before is None:
                comparison.add(added)
            else:
                comparison.add(removed if after is None else changed)


_TEXTS = {
    "pattern": (Kind.PATTERN_ADDED, Kind.PATTERN_REMOVED, Kind.PATTERN_CHANGED),
    "format": (Kind.FORMAT_ADDED, Kind.FORMAT_REMOVED, Kind.FORMAT_CHANGED),
}


def compare_values(comparison: Comparison, original: Mapping[str, Any], update: Mapping[str, Any]) -> None:
    """Compare `enum` and `const`."""
    before, after = values_of(original), values_of(update)
    if before == after:
        return
    with comparison.at("enum"):
        if after is None or (before is not None and before < after):
            comparison.add(Kind.ENUM_ARRAY_EXTENDED)
        elif before is None or after < before:
            comparison.add(Kind.ENUM_ARRAY_NARROWED)
        else:
            comparison.add(Kind.ENUM_ARRAY_CHANGED)


def values_of(schema: Mapping[str, Any]) -> frozenset[bytes] | None:
    """The values of `enum` or `const`, encoded; None if all values are allowed."""
    if "const" in schema:
        return frozenset({orjson.dumps(schema["const"], option=orjson.OPT_SORT_KEYS)})
    values = schema.get("enum")
    if not isinstance(values, list):
        return None
    return frozenset(orjson.dumps(value, option=orjson.OPT_SORT_KEYS) for value in values)


def values_have_type(schema: Mapping[str, Any], kind: str) -> bool:
    """Whether all values of `enum` or `const` are of a type."""
    values = [schema["const"]] if "const" in schema else schema.get("enum", [])
    return all(kind in _types_of_value(value) for value in values)


def _types_of_value(value: object) -> tuple[str, ...]:
    match value:
        case None:
            return ("null",)
        case bool():
            return ("boolean",)
        case int():
            return ("integer", "number")
        case float():
            return ("integer", "number") if value.is_integer() else ("number",)
        case str():
            return ("string",)
        case list():
            return ("array",)
        case _:
            return ("object",)
