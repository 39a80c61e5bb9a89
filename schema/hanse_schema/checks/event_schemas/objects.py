"""Compares objects: properties under their content model, required properties, dependencies.

The content model of an object says which properties it may have beside the declared ones: all (open), none (closed), or
those that a schema of `patternProperties` or `additionalProperties` accepts (partially open).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from hanse_schema.checks.event_schemas.comparison import Comparison
from hanse_schema.checks.event_schemas.documents import Schema, is_empty, is_schema, names, schemas
from hanse_schema.checks.event_schemas.kinds import Kind

Compare = Callable[[Comparison, Schema, Schema], None]
MAX_PATTERN = 200  # characters of a pattern, and of the name of a property that it is searched in
# Repetitions of groups, and many repetitions, can take very long.
_QUANTIFIER = re.compile(r"[*+?{]")
_QUANTIFIED_GROUP = re.compile(r"\)[*+{]")


def compare_objects(
    comparison: Comparison, original: Mapping[str, Any], update: Mapping[str, Any], compare: Compare
) -> None:
    """Compare the keywords of objects. `compare` compares two schemas."""
    _compare_properties(comparison, original, update, compare)
    _compare_required(comparison, original, update)
    _compare_additional(comparison, original, update, compare)
    _compare_dependencies(comparison, original, update, compare)


def _compare_properties(
    comparison: Comparison, original: Mapping[str, Any], update: Mapping[str, Any], compare: Compare
) -> None:
    before, after = schemas(original, "properties"), schemas(update, "properties")
    required = names(update, "required")
    with comparison.at("properties"):
        for name in {**before, **after}:
            with comparison.at(name):
                if name not in after:
                    _removed(comparison, name, before[name], update, compare)
                elif name not in before:
                    kind = _added(comparison, name, original, after[name], compare)
                    comparison.add(kind(is_required=name in required, schema=after[name]))
                else:
                    compare(comparison, before[name], after[name])


def _removed(comparison: Comparison, name: str, schema: Schema, update: Mapping[str, Any], compare: Compare) -> None:
    """A property was removed: the content model of the update decides."""
    if _is_open(update):
        comparison.add(Kind.PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL)
    elif (partial := _partial(update, name)) is not None:
        covered = comparison.aside()
        compare(covered, schema, partial)
        comparison.add(
            Kind.PROPERTY_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL
            if covered.is_compatible()
            else Kind.PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL
        )
    elif schema is False:
        comparison.add(Kind.PROPERTY_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL)
    else:
        comparison.add(Kind.PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL)


def _added(
    comparison: Comparison, name: str, original: Mapping[str, Any], schema: Schema, compare: Compare
) -> Callable[..., Kind]:
    """A property was added: the content model of the original decides."""
    if _is_open(original):
        return _added_to_open
    if (partial := _partial(original, name)) is not None:
        covered = comparison.aside()
        compare(covered, partial, schema)
        comparison.add(
            Kind.PROPERTY_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL
            if covered.is_compatible()
            else Kind.PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL
        )
    return _added_to_unopen


def _added_to_open(*, is_required: bool, schema: Schema) -> Kind:
    if is_required:
        has_default = isinstance(schema, Mapping) and "default" in schema
        return (
            Kind.REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL
            if has_default
            else Kind.REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL
        )
    if is_empty(schema):
        return Kind.PROPERTY_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL
    return Kind.OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL


def _added_to_unopen(*, is_required: bool, schema: Schema) -> Kind:
    if not is_required:
        return Kind.OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL
    if isinstance(schema, Mapping) and "default" in schema:
        return Kind.REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_UNOPEN_CONTENT_MODEL
    return Kind.REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL


def _is_open(schema: Mapping[str, Any]) -> bool:
    additional = schema.get("additionalProperties", True)
    return is_empty(additional) and not schemas(schema, "patternProperties")


def _partial(schema: Mapping[str, Any], name: str) -> Schema | None:
    """The schema that accepts a property that is not declared; None if none does."""
    for pattern, found in schemas(schema, "patternProperties").items():
        if _matches(pattern, name):
            return found
    additional = schema.get("additionalProperties", True)
    return None if additional is False or not is_schema(additional) else additional


def _matches(pattern: str, name: str) -> bool:
    """Whether a pattern is found in a name. One that Python does not know, or that may be slow, is found nowhere."""
    if len(pattern) > MAX_PATTERN or _QUANTIFIED_GROUP.search(pattern) or len(_QUANTIFIER.findall(pattern)) > 3:
        return False
    try:
        return re.search(pattern, name[:MAX_PATTERN]) is not None
    except re.error:
        return False


def _compare_required(comparison: Comparison, original: Mapping[str, Any], update: Mapping[str, Any]) -> None:
    """Compare which of the properties of both are required. Added properties are compared by content model."""
    before, after = names(original, "required"), names(update, "required")
    known, new = schemas(original, "properties"), schemas(update, "properties")
    with comparison.at("required"):
        for name in sorted(before ^ after):
            if name in new and name not in known:
                continue
            with comparison.at(name):
                if name in before:
                    comparison.add(Kind.REQUIRED_ATTRIBUTE_REMOVED)
                else:
                    schema = new.get(name)
                    has_default = isinstance(schema, Mapping) and "default" in schema
                    comparison.add(
                        Kind.REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED if has_default else Kind.REQUIRED_ATTRIBUTE_ADDED
                    )


def _compare_additional(
    comparison: Comparison, original: Mapping[str, Any], update: Mapping[str, Any], compare: Compare
) -> None:
    before, after = original.get("additionalProperties", True), update.get("additionalProperties", True)
    with comparison.at("additionalProperties"):
        if before is False and after is not False:
            comparison.add(Kind.ADDITIONAL_PROPERTIES_ADDED)
        elif after is False and before is not False:
            comparison.add(Kind.ADDITIONAL_PROPERTIES_REMOVED)
        elif is_empty(before) and not is_empty(after):
            comparison.add(Kind.ADDITIONAL_PROPERTIES_NARROWED)
        elif is_empty(after) and not is_empty(before):
            comparison.add(Kind.ADDITIONAL_PROPERTIES_EXTENDED)
        elif is_schema(before) and is_schema(after):
            compare(comparison, before, after)


def _compare_dependencies(
    comparison: Comparison, original: Mapping[str, Any], update: Mapping[str, Any], compare: Compare
) -> None:
    for keyword in ("dependencies", "dependentRequired", "dependentSchemas"):
        before, after = original.get(keyword), update.get(keyword)
        before = before if isinstance(before, Mapping) else {}
        after = after if isinstance(after, Mapping) else {}
        with comparison.at(keyword):
            for name in {**before, **after}:
                with comparison.at(str(name)):
                    _compare_dependency(comparison, before.get(name), after.get(name), compare)


def _compare_dependency(comparison: Comparison, before: object, after: object, compare: Compare) -> None:
    if isinstance(before, list) or isinstance(after, list):
        _compare_names(comparison, _texts(before), _texts(after))
    elif before is None:
        comparison.add(Kind.DEPENDENCY_SCHEMA_ADDED)
    elif after is None:
        comparison.add(Kind.DEPENDENCY_SCHEMA_REMOVED)
    elif isinstance(before, Mapping | bool) and isinstance(after, Mapping | bool):
        compare(comparison, before, after)


def _texts(value: object) -> set[str] | None:
    return {str(one) for one in value} if isinstance(value, list) else None


def _compare_names(comparison: Comparison, before: set[str] | None, after: set[str] | None) -> None:
    if before is None:
        comparison.add(Kind.DEPENDENCY_ARRAY_ADDED)
    elif after is None:
        comparison.add(Kind.DEPENDENCY_ARRAY_REMOVED)
    elif before < after:
        comparison.add(Kind.DEPENDENCY_ARRAY_EXTENDED)
    elif after < before:
        comparison.add(Kind.DEPENDENCY_ARRAY_NARROWED)
    elif before != after:
        comparison.add(Kind.DEPENDENCY_ARRAY_CHANGED)
