"""The fields that a subgraph's own directives and interfaces require."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from hanse_schema.subgraph.field_set import FieldSetError, Selection, parse_field_set
from hanse_schema.subgraph.model import Applied, Kind, SubgraphSchema, TypeDef, applied, string_argument
from hanse_schema.type_ref import named_type

ACCESS = frozenset({"authenticated", "requiresScopes", "policy"})

Coordinate = tuple[str, str]  # type, field


@dataclass(slots=True)
class FieldUse:
    """Fields of one subgraph: in its `@key`s, `@requires` and `@provides`, and those required by interfaces.

    `access` says whether the subgraph restricts access to anything.
    """

    keys: set[Coordinate] = field(default_factory=set)
    required: set[Coordinate] = field(default_factory=set)
    provided: set[Coordinate] = field(default_factory=set)
    implementing: set[Coordinate] = field(default_factory=set)
    access: bool = False

    def needs(self, owner: str, name: str) -> bool:
        """Whether the subgraph requires the field, even if another one resolves it."""
        coordinate = (owner, name)
        return (
            coordinate in self.keys
            or coordinate in self.required
            or coordinate in self.provided
            or coordinate in self.implementing
        )


def field_use(subgraph: SubgraphSchema) -> FieldUse:
    """Collect what the subgraph's field sets select, including the implementations of selected interfaces."""
    use = FieldUse()
    selector = _Selector(subgraph)
    for owner in subgraph.types.values():
        use.access = use.access or restricts_access(owner.directives)
        for key in applied(owner.directives, "key"):
            use.keys.update(selector.selected(owner.name, key))
        for definition in owner.fields.values():
            if not definition.directives:
                continue
            use.access = use.access or restricts_access(definition.directives)
            for requires in applied(definition.directives, "requires"):
                use.required.update(selector.selected(owner.name, requires))
            for provides in applied(definition.directives, "provides"):
                use.provided.update(selector.selected(named_type(definition.type), provides))
        for interface in owner.interfaces:
            known = subgraph.types.get(interface)
            if known is not None:
                use.implementing.update((owner.name, name) for name in known.fields)
    return use


def restricts_access(directives: Iterable[Applied]) -> bool:
    """Whether one of the directives restricts access."""
    return any(directive.name in ACCESS and directive.spec is not None for directive in directives)


class _Selector:
    """Finds the fields that a field set selects in one subgraph."""

    def __init__(self, subgraph: SubgraphSchema) -> None:
        self._types = subgraph.types
        self._implementations: dict[str, list[TypeDef]] = {}
        for definition in subgraph.types.values():
            for interface in definition.interfaces:
                self._implementations.setdefault(interface, []).append(definition)

    def selected(self, owner: str, directive: Applied) -> Iterator[Coordinate]:
        """The coordinates that the directive's `fields` selects, starting at `owner`."""
        text = string_argument(directive, "fields")
        if text is None:
            return
        if text.isidentifier():  # the most common case by far
            yield from self._field(owner, text)
            return
        try:
            selections = parse_field_set(text)
        except FieldSetError:
            return
        yield from self._walk(owner, selections)

    def _walk(self, owner: str, selections: Iterable[Selection]) -> Iterator[Coordinate]:
        for selection in selections:
            inner = selection.condition or owner
            if selection.field is not None:
                yield from self._field(owner, selection.field)
                known = self._types.get(owner)
                definition = known.fields.get(selection.field) if known else None
                if definition is None:
                    continue
                inner = named_type(definition.type)
            yield from self._walk(inner, selection.selections or ())

    def _field(self, owner: str, name: str) -> Iterator[Coordinate]:
        yield owner, name
        known = self._types.get(owner)
        if known is not None and known.kind is Kind.INTERFACE:
            for implementation in self._implementations.get(owner, ()):
                yield implementation.name, name
