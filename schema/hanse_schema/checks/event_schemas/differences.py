"""The differences between two JSON Schemas: what a reader of the new one meets in data of the old one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanse_schema.checks.event_schemas.arrays import compare_arrays
from hanse_schema.checks.event_schemas.combined import (
    combined,
    compare_combined,
    compare_combined_with,
    compare_with_combined,
    without_parts,
)
from hanse_schema.checks.event_schemas.comparison import Comparison, Difference, TooComplex
from hanse_schema.checks.event_schemas.constraints import (
    compare_bounds,
    compare_multiple,
    compare_texts,
    compare_values,
    values_have_type,
    values_of,
)
from hanse_schema.checks.event_schemas.documents import Document, Schema, is_empty, types_of
from hanse_schema.checks.event_schemas.kinds import Effect, Kind
from hanse_schema.checks.event_schemas.objects import compare_objects

MAX_NESTING = 40  # schemas within schemas
_LABELS = {
    "$id": Kind.ID_CHANGED,
    "title": Kind.TITLE_CHANGED,
    "description": Kind.DESCRIPTION_CHANGED,
    "default": Kind.DEFAULT_CHANGED,
}
# Keywords that restrict values and are compared as a whole.
_OTHERS = (
    "contains",
    "else",
    "if",
    "maxContains",
    "minContains",
    "patternProperties",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
)


def differences(original: Schema, update: Schema, accepted: frozenset[Effect]) -> list[Difference]:
    """All differences, in the order of the schemas. `accepted` are the effects that count as compatible in choices.

    Raises TooComplex when the schemas have too many parts.
    """
    comparison = Comparison(Document(original), Document(update), accepted)
    compare(comparison, original, update)
    return list(dict.fromkeys(comparison.differences))


def compare(comparison: Comparison, original: Schema, update: Schema) -> None:
    """Compare two schemas at the current place. Equal ones, and those already in comparison, have no differences."""
    original, update = comparison.original.resolved(original), comparison.update.resolved(update)
    with comparison.pair(original, update) as is_new:
        if not is_new or comparison.are_equal(original, update):
            return
        if comparison.depth > MAX_NESTING:
            raise TooComplex
        if isinstance(original, bool) or isinstance(update, bool) or is_empty(original) or is_empty(update):
            _compare_trivial(comparison, original, update)
        else:
            _compare_keywords(comparison, original, update)


def _compare_trivial(comparison: Comparison, original: Schema, update: Schema) -> None:
    """Compare schemas of which one allows everything or nothing."""
    if original is False or is_empty(update):
        if is_empty(update) != is_empty(original) or (original is False) != (update is False):
            comparison.add(Kind.TYPE_EXTENDED)
    elif update is False or _restricts(update):
        comparison.add(Kind.TYPE_NARROWED)


def _restricts(schema: Schema) -> bool:
    """Whether a schema has any keyword but labels."""
    return isinstance(schema, bool) or any(keyword not in _LABELS and keyword != "$schema" for keyword in schema)


def _compare_keywords(comparison: Comparison, original: Mapping[str, Any], update: Mapping[str, Any]) -> None:
    for keyword, kind in _LABELS.items():
        if original.get(keyword) != update.get(keyword):
            with comparison.at(keyword):
                comparison.add(kind)
    before, after = combined(original), combined(update)
    if before is not None or after is not None:
        _compare_parts(comparison, original, update)
        return
    compare_values(comparison, original, update)
    _compare_type(comparison, original, update)
    _compare_not(comparison, original, update)
    for keyword in _OTHERS:
        if original.get(keyword) != update.get(keyword):
            with comparison.at(keyword):
                comparison.add(Kind.KEYWORD_CHANGED)


def _compare_parts(comparison: Comparison, original: Mapping[str, Any], update: Mapping[str, Any]) -> None:
    """Compare schemas of which one is combined: the parts, and apart from them the keywords beside them."""
    before, after = combined(original), combined(update)
    if before is None and after is not None:
        compare_with_combined(comparison, original, after, compare)
    elif before is not None and after is None:
        compare_combined_with(comparison, before, update, compare)
    elif before is not None and after is not None:
        with comparison.at(after.criterion):
            compare_combined(comparison, before, after, compare)
    beside, new_beside = without_parts(original), without_parts(update)
    is_one_type = len(types_of(original)) < 2 and len(types_of(update)) < 2
    if is_one_type and _restricts(beside) and _restricts(new_beside):
        _compare_type(comparison, beside, new_beside)


def _compare_type(comparison: Comparison, original: Mapping[str, Any], update: Mapping[str, Any]) -> None:
    before, after = next(iter(types_of(original)), None), next(iter(types_of(update)), None)
    if before == after or {before, after} == {"integer", "number"}:
        if before != after:
            comparison.add(Kind.TYPE_EXTENDED if after == "number" else Kind.TYPE_NARROWED)
        _compare_constraints(comparison, "number" if after == "integer" else after, original, update)
    elif after is None:
        comparison.add(Kind.TYPE_EXTENDED)
    elif before is not None:
        comparison.add(Kind.TYPE_CHANGED)
    elif values_of(original) is None:
        comparison.add(Kind.TYPE_NARROWED)
    elif not _has_only_type(update) or not values_have_type(original, after):
        comparison.add(Kind.TYPE_CHANGED)


def _has_only_type(schema: Mapping[str, Any]) -> bool:
    """Whether a schema restricts values by nothing but their type, and by listing them."""
    return all(keyword in _LABELS or keyword in ("$schema", "type", "enum", "const") for keyword in schema)


def _compare_constraints(
    comparison: Comparison, kind: str | None, original: Mapping[str, Any], update: Mapping[str, Any]
) -> None:
    compare_bounds(comparison, kind or "", original, update)
    match kind:
        case "object":
            compare_objects(comparison, original, update, compare)
        case "array":
            compare_arrays(comparison, original, update, compare)
        case "string":
            compare_texts(comparison, original, update)
        case "number":
            compare_multiple(comparison, original, update)


def _compare_not(comparison: Comparison, original: Mapping[str, Any], update: Mapping[str, Any]) -> None:
    """Compare `not`: the excluded values may become fewer."""
    before, after = original.get("not"), update.get("not")
    if before == after:
        return
    with comparison.at("not"):
        if isinstance(before, Mapping | bool) and isinstance(after, Mapping | bool):
            aside = comparison.reversed()
            compare(aside, after, before)
            comparison.add(Kind.NOT_TYPE_NARROWED if aside.is_compatible() else Kind.NOT_TYPE_EXTENDED)
        else:
            comparison.add(Kind.NOT_TYPE_NARROWED if after is None else Kind.NOT_TYPE_EXTENDED)
