"""INTERFACE_KEY_NOT_ON_IMPLEMENTATION: the keys of an interface are keys of its implementations."""

from __future__ import annotations

from collections import defaultdict

from hanse_schema.subgraph.field_set import Selection
from hanse_schema.subgraph.model import Kind
from hanse_schema.subgraph.subject import FieldSetUse, Subject


def check(subject: Subject) -> None:
    """Report each implementation that lacks a resolvable key of its interface."""
    if subject.version < (2, 3):
        return
    keys_of: dict[str, list[FieldSetUse]] = defaultdict(list)
    for use in subject.uses:
        if use.directive.name == "key" and not use.problem:
            keys_of[use.owner.name].append(use)
    for use in [use for keys in keys_of.values() for use in keys if use.owner.kind is Kind.INTERFACE]:
        for implementation in subject.implementations.get(use.owner.name, ()):
            keys = [other for other in keys_of.get(implementation.name, ()) if _same(other, use)]
            resolvable = _is_resolvable(use)
            if not keys:
                lack = "lacks it"
            elif resolvable and not any(_is_resolvable(key) for key in keys):
                lack = "has it only with `resolvable: false`"
            else:
                continue
            subject.report.error(
                "INTERFACE_KEY_NOT_ON_IMPLEMENTATION",
                f"The interface `{use.owner.name}` has {use.text}, but its implementation `{implementation.name}` "
                f"{lack}: give `{implementation.name}` the same key.",
                *implementation.nodes[:1],
                use.directive.node,
                coordinate=implementation.name,
            )


def _is_resolvable(use: FieldSetUse) -> bool:
    return use.directive.arguments.get("resolvable") != "false"


def _same(one: FieldSetUse, other: FieldSetUse) -> bool:
    return _shape(one.selections) == _shape(other.selections)


def _shape(selections: tuple[Selection, ...]) -> frozenset[object]:
    """A field set without the order of its selections."""
    return frozenset((s.field, s.condition, _shape(s.selections or ())) for s in selections)
