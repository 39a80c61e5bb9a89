"""JSON Schemas as documents: reading keywords with a default for wrong types, and local references."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

import orjson

Schema = Mapping[str, Any] | bool

# Keywords by which a schema without `type` shows its type.
_OF_TYPE = {
    "object": (
        "properties",
        "required",
        "additionalProperties",
        "patternProperties",
        "minProperties",
        "maxProperties",
        "dependencies",
        "dependentRequired",
        "dependentSchemas",
    ),
    "array": ("items", "prefixItems", "additionalItems", "minItems", "maxItems", "uniqueItems"),
    "string": ("minLength", "maxLength", "pattern"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
MAX_REFERENCES = 50  # references to references


def is_schema(value: object) -> TypeGuard[Schema]:
    """Whether a value of JSON has the form of a schema."""
    return isinstance(value, Mapping | bool)


def schemas(schema: Mapping[str, Any], keyword: str) -> dict[str, Schema]:
    """The schemas by name in a keyword such as `properties`."""
    found = schema.get(keyword)
    return {str(name): one for name, one in found.items() if is_schema(one)} if isinstance(found, Mapping) else {}


def schema_list(schema: Mapping[str, Any], keyword: str) -> list[Schema]:
    """The schemas in a keyword such as `anyOf`."""
    found = schema.get(keyword)
    return [one for one in found if is_schema(one)] if isinstance(found, list) else []


def names(schema: Mapping[str, Any], keyword: str) -> set[str]:
    """The texts in a keyword such as `required`."""
    found = schema.get(keyword)
    return {one for one in found if isinstance(one, str)} if isinstance(found, list) else set()


def number(schema: Mapping[str, Any], keyword: str) -> float | int | None:
    """The number of a keyword such as `maximum`."""
    found = schema.get(keyword)
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None


def types_of(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The types that a schema allows by `type`, its other keywords, or its values; none if it allows all."""
    declared = schema.get("type")
    if isinstance(declared, str):
        return (declared,)
    if isinstance(declared, list):
        return tuple(dict.fromkeys(one for one in declared if isinstance(one, str)))
    shown = next((one for one, keywords in _OF_TYPE.items() if any(keyword in schema for keyword in keywords)), None)
    return () if shown is None else (shown,)


def is_empty(schema: Schema) -> bool:
    """Whether a schema allows everything."""
    return schema is True or schema == {}


class Document:
    """A whole schema, in which references are resolved."""

    def __init__(self, root: Schema) -> None:
        self.root = root
        self.has_references = b'"$ref"' in orjson.dumps(root)

    def resolved(self, schema: Schema) -> Schema:
        """The schema that a local reference (`#/$defs/Address`) refers to; others as they are.

        A reference to nothing, and one to another document, stays as it is.
        """
        for _ in range(MAX_REFERENCES):
            if isinstance(schema, bool) or not isinstance(reference := schema.get("$ref"), str):
                break
            found = self._at(reference)
            if found is None:
                break
            schema = found
        return schema

    def _at(self, reference: str) -> Schema | None:
        if not reference.startswith("#"):
            return None
        found: object = self.root
        for part in filter(None, reference[1:].split("/")):
            key = part.replace("~1", "/").replace("~0", "~")
            found = found.get(key) if isinstance(found, Mapping) else None
        return found if isinstance(found, Mapping | bool) else None
