"""Subtypes over all subgraphs: objects are subtypes of their interfaces and unions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hanse_schema.compose.sources import TypeGroup
from hanse_schema.type_ref import is_list, is_non_null, item_of, nullable

Subtypes = Mapping[str, frozenset[str]]


def gather_subtypes(types: Mapping[str, TypeGroup]) -> Subtypes:
    """For each interface and union, the names of its subtypes in any subgraph."""
    found: dict[str, set[str]] = {}
    for group in types.values():
        for source in group.sources:
            for interface in source.definition.interfaces:
                found.setdefault(interface, set()).add(group.name)
            if source.definition.members:
                found.setdefault(group.name, set()).update(source.definition.members)
    return {name: frozenset(names) for name, names in found.items()}


def is_subtype(ref: str, of: str, subtypes: Subtypes) -> bool:
    """Whether every value of type `ref` is also one of type `of`."""
    if ref == of:
        return True
    if is_non_null(ref):
        return is_subtype(nullable(ref), nullable(of), subtypes)
    if is_non_null(of):
        return False
    if is_list(ref) or is_list(of):
        return is_list(ref) and is_list(of) and is_subtype(item_of(ref), item_of(of), subtypes)
    return ref in subtypes.get(of, ())


def most_general(refs: Sequence[str], subtypes: Subtypes) -> str | None:
    """The type among `refs` that all others are subtypes of, or None: what a field's types merge to."""
    general = refs[0]
    for ref in refs:
        if not is_subtype(ref, general, subtypes):
            if not is_subtype(general, ref, subtypes):
                return None
            general = ref
    return general


def most_specific(refs: Sequence[str]) -> str | None:
    """The type among `refs` that is a subtype of all others, or None: what an input's types merge to."""
    specific = refs[0]
    for ref in refs:
        if not is_subtype(specific, ref, {}):
            if not is_subtype(ref, specific, {}):
                return None
            specific = ref
    return specific
