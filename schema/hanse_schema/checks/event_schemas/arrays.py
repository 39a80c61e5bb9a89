"""Compares arrays: the schemas of single items under their content model, and that of all other items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanse_schema.checks.event_schemas.comparison import Comparison
from hanse_schema.checks.event_schemas.documents import Schema, is_empty, is_schema, schema_list
from hanse_schema.checks.event_schemas.kinds import Kind
from hanse_schema.checks.event_schemas.objects import Compare


def compare_arrays(
    comparison: Comparison, original: Mapping[str, Any], update: Mapping[str, Any], compare: Compare
) -> None:
    """Compare the keywords of arrays. `compare` compares two schemas."""
    first_before, rest_before = _items(original)
    first_after, rest_after = _items(update)
    with comparison.at("items"):
        for position in range(max(len(first_before), len(first_after))):
            with comparison.at(str(position)):
                if position >= len(first_after):
                    _removed(comparison, first_before[position], rest_after, compare)
                elif position >= len(first_before):
                    _added(comparison, rest_before, first_after[position], compare)
                else:
                    compare(comparison, first_before[position], first_after[position])
        if first_before or first_after:
            _compare_rest(comparison, rest_before, rest_after, compare)
        else:
            compare(comparison, rest_before, rest_after)
    _compare_unique(comparison, original, update)


def _items(schema: Mapping[str, Any]) -> tuple[list[Schema], Schema]:
    """The schemas of the first items, and that of all others, in the form of any draft."""
    first = schema_list(schema, "prefixItems")
    rest = schema.get("items", True)
    if isinstance(rest, list):  # before draft 2020-12
        first, rest = schema_list(schema, "items"), schema.get("additionalItems", True)
    return first, rest if is_schema(rest) else True


def _removed(comparison: Comparison, item: Schema, rest: Schema, compare: Compare) -> None:
    if is_empty(rest):
        comparison.add(Kind.ITEM_REMOVED_FROM_OPEN_CONTENT_MODEL)
    elif rest is False:
        comparison.add(
            Kind.ITEM_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL
            if item is False
            else Kind.ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL
        )
    else:
        covered = comparison.aside()
        compare(covered, item, rest)
        comparison.add(
            Kind.ITEM_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL
            if covered.is_compatible()
            else Kind.ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL
        )


def _added(comparison: Comparison, rest: Schema, item: Schema, compare: Compare) -> None:
    if is_empty(rest):
        comparison.add(
            Kind.ITEM_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL
            if is_empty(item)
            else Kind.ITEM_ADDED_TO_OPEN_CONTENT_MODEL
        )
    elif rest is False:
        comparison.add(Kind.ITEM_ADDED_TO_CLOSED_CONTENT_MODEL)
    else:
        covered = comparison.aside()
        compare(covered, rest, item)
        comparison.add(
            Kind.ITEM_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL
            if covered.is_compatible()
            else Kind.ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL
        )


def _compare_rest(comparison: Comparison, before: Schema, after: Schema, compare: Compare) -> None:
    if before is False and after is not False:
        comparison.add(Kind.ADDITIONAL_ITEMS_ADDED)
    elif after is False and before is not False:
        comparison.add(Kind.ADDITIONAL_ITEMS_REMOVED)
    elif is_empty(before) and not is_empty(after):
        comparison.add(Kind.ADDITIONAL_ITEMS_NARROWED)
    elif is_empty(after) and not is_empty(before):
        comparison.add(Kind.ADDITIONAL_ITEMS_EXTENDED)
    else:
        compare(comparison, before, after)


def _compare_unique(comparison: Comparison, original: Mapping[str, Any], update: Mapping[str, Any]) -> None:
    before, after = original.get("uniqueItems") is True, update.get("uniqueItems") is True
    if before != after:
        with comparison.at("uniqueItems"):
            comparison.add(Kind.UNIQUE_ITEMS_ADDED if after else Kind.UNIQUE_ITEMS_REMOVED)
