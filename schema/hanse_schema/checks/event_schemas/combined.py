"""Compares schemas that are combined of others by `allOf`, `anyOf`, `oneOf`, or a list of types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from hanse_schema.checks.event_schemas.comparison import Comparison
from hanse_schema.checks.event_schemas.documents import Schema, schema_list, types_of
from hanse_schema.checks.event_schemas.kinds import Kind
from hanse_schema.checks.event_schemas.objects import Compare

CRITERIA = ("allOf", "anyOf", "oneOf")
MAX_PARTS = 50  # parts that are compared with one schema
MAX_PAIRS = 2_500  # parts that are compared with each other; parts with an equal one do not count


@dataclass(frozen=True, slots=True)
class Combined:
    """The parts of a combined schema. A product (`allOf`) has to satisfy all, a sum one of them."""

    criterion: str
    parts: tuple[Schema, ...]

    @property
    def is_product(self) -> bool:
        """Whether it has to satisfy all parts."""
        return self.criterion == "allOf"


def combined(schema: Schema) -> Combined | None:
    """The parts of a schema that is only combined, or that has several types; None for others."""
    if isinstance(schema, bool):
        return None
    for criterion in CRITERIA:
        if parts := schema_list(schema, criterion):
            return Combined(criterion, tuple(parts))
    types = types_of(schema)
    if len(types) > 1:
        rest = {name: value for name, value in schema.items() if name != "type"}
        return Combined("anyOf", tuple({**rest, "type": one} for one in types))
    return None


def without_parts(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The other keywords of a combined schema."""
    return {name: value for name, value in schema.items() if name not in CRITERIA}


def compare_combined(comparison: Comparison, original: Combined, update: Combined, compare: Compare) -> None:
    """Compare two combined schemas: their criterion, their number of parts, and the parts."""
    before, after = original.parts, update.parts
    if original.criterion != update.criterion:
        if update.criterion != "anyOf" and not (original.is_product and update.criterion == "oneOf"):
            comparison.add(Kind.COMBINED_TYPE_CHANGED)
            return
        comparison.add(Kind.COMBINED_TYPE_EXTENDED)
    elif len(before) != len(after):
        kinds = _PRODUCT if update.is_product else _SUM
        comparison.add(kinds.more if len(after) > len(before) else kinds.fewer)
        if comparison.ends_with_incompatible():
            return
    if len(before) == len(after) == 1:
        compare(comparison, before[0], after[0])
    elif not _parts_fit(comparison, original, update, compare):
        comparison.add(Kind.COMBINED_TYPE_SUBSCHEMAS_CHANGED)


@dataclass(frozen=True, slots=True)
class _Counts:
    more: Kind
    fewer: Kind


_PRODUCT = _Counts(more=Kind.PRODUCT_TYPE_EXTENDED, fewer=Kind.PRODUCT_TYPE_NARROWED)
_SUM = _Counts(more=Kind.SUM_TYPE_EXTENDED, fewer=Kind.SUM_TYPE_NARROWED)


def compare_with_combined(comparison: Comparison, original: Schema, update: Combined, compare: Compare) -> None:
    """Compare a schema that is not combined with a combined one."""
    fits = [_is_compatible(comparison, original, part, compare) for part in update.parts[:MAX_PARTS]]
    if len(update.parts) == 1:
        compare(comparison, original, update.parts[0])
    elif update.is_product:
        comparison.add(Kind.PRODUCT_TYPE_NARROWED if all(fits) else Kind.PRODUCT_TYPE_EXTENDED)
    else:
        comparison.add(Kind.SUM_TYPE_EXTENDED if any(fits) else Kind.TYPE_CHANGED)


def compare_combined_with(comparison: Comparison, original: Combined, update: Schema, compare: Compare) -> None:
    """Compare a combined schema with one that is not."""
    fits = [_is_compatible(comparison, part, update, compare) for part in original.parts[:MAX_PARTS]]
    if len(original.parts) == 1:
        compare(comparison, original.parts[0], update)
    elif original.is_product:
        comparison.add(Kind.PRODUCT_TYPE_NARROWED if any(fits) else Kind.TYPE_CHANGED)
    elif all(fits) and len(original.parts) <= MAX_PARTS:
        comparison.add(Kind.TYPE_EXTENDED)
    else:
        comparison.add(Kind.SUM_TYPE_NARROWED if any(fits) else Kind.TYPE_CHANGED)


def _is_compatible(comparison: Comparison, original: Schema, update: Schema, compare: Compare) -> bool:
    aside = comparison.aside()
    compare(aside, original, update)
    return aside.is_compatible()


def _parts_fit(comparison: Comparison, original: Combined, update: Combined, compare: Compare) -> bool:
    """Whether what satisfies the original satisfies the update.

    Of sums, each part of the original needs a part of the update that accepts it. Of products, each part of the update
    needs a part of the original that it accepts. From a product to a sum, one such pair is enough.
    """
    before, after = original.parts, update.parts
    if not (comparison.original.has_references or comparison.update.has_references):
        shared = _texts(before) & _texts(after)
        if original.is_product and not update.is_product and shared:
            return True
        if update.is_product:
            after = tuple(part for part in after if _text(part) not in shared)
        else:
            before = tuple(part for part in before if _text(part) not in shared)
    if len(before) * len(after) > MAX_PAIRS:
        return False
    if update.is_product:
        return all(any(_is_compatible(comparison, old, new, compare) for old in before) for new in after)
    accepted = (any(_is_compatible(comparison, old, new, compare) for new in after) for old in before)
    return any(accepted) if original.is_product else all(accepted)


def _text(part: Schema) -> bytes:
    return orjson.dumps(part, option=orjson.OPT_SORT_KEYS)


def _texts(parts: Sequence[Schema]) -> set[bytes]:
    return {_text(part) for part in parts}
