"""Contracts: variants of the API schema of one supergraph, selected by `@tag`.

A contract marks hidden elements `@inaccessible`, so its supergraph runs like any other. It hides, in this order:

1. elements with an excluded tag;
2. with included tags: fields of objects and interfaces, and unions, that have none of them (scalars, enums, input types
   and arguments stay);
3. elements that became invalid: an interface's field that an implementation has lost, and a type with all of its
   fields, values or members hidden;
4. optionally, types that no operation can reach.

A tag on an object or interface counts as one on each of its fields. An excluded tag wins over an included one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from graphql import StringValueNode, parse_const_value

from hanse_schema.diagnostics import Diagnostic
from hanse_schema.supergraph.inaccessible import check_inaccessible
from hanse_schema.supergraph.links import directive_name
from hanse_schema.supergraph.model import (
    AppliedDirective,
    EnumType,
    EnumValue,
    Field,
    InputObjectType,
    InputValue,
    InterfaceType,
    Link,
    ObjectType,
    Supergraph,
    TypeDefinition,
    UnionType,
)
from hanse_schema.type_ref import named_type

_INACCESSIBLE = Link("https://specs.apollo.dev/inaccessible/v0.2", for_="SECURITY")


@dataclass(frozen=True, slots=True)
class Contract:
    """The part of the supergraph to show: everything that is not excluded, or with `include` only what is included."""

    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    hide_unreachable_types: bool = True


@dataclass(frozen=True, slots=True)
class ContractSupergraph:
    """A contract's supergraph, or the errors that prevent it."""

    supergraph: Supergraph | None
    errors: tuple[Diagnostic, ...] = ()


def apply_contract(supergraph: Supergraph, contract: Contract) -> ContractSupergraph:
    """A copy of the supergraph with the hidden elements marked `@inaccessible`.

    The errors are those of an API schema that refers to hidden elements (REFERENCED_INACCESSIBLE and others),
    or without query fields (QUERY_ROOT_TYPE_INACCESSIBLE).
    """
    linked = directive_name(supergraph, "inaccessible") is not None
    marked = replace(supergraph, links=supergraph.links if linked else (*supergraph.links, _INACCESSIBLE))
    mark = directive_name(marked, "inaccessible")
    assert mark is not None
    marked.types = _mark(supergraph, _Filter(supergraph, contract, mark).hidden(), mark)
    errors = tuple(check_inaccessible(marked))
    return ContractSupergraph(None if errors else marked, errors)


class _Filter:
    """Finds the coordinates that a contract hides, together with those that are hidden already."""

    def __init__(self, supergraph: Supergraph, contract: Contract, mark: str) -> None:
        self._supergraph = supergraph
        self._contract = contract
        self._mark = mark
        self._tag = directive_name(supergraph, "tag")
        # Types of specifications belong to no subgraph and cannot be hidden.
        self._types = [type_ for type_ in supergraph.types.values() if type_.joins]
        self._hidden: set[str] = set()

    def hidden(self) -> set[str]:
        """The coordinates of all hidden elements."""
        self._hide_excluded()
        if self._contract.include:
            self._hide_not_included()
        while self._hide_broken():
            pass
        if self._contract.hide_unreachable_types:
            reachable = self._reachable()
            self._hidden |= {type_.name for type_ in self._types if type_.name not in reachable}
        return self._hidden

    def _hide_excluded(self) -> None:
        for type_ in self._types:
            for coordinate, directives in _elements(type_):
                hidden = any(directive.name == self._mark for directive in directives)
                if hidden or self._tags(directives) & self._contract.exclude:
                    self._hidden.add(coordinate)

    def _hide_not_included(self) -> None:
        include = self._contract.include
        for type_ in self._types:
            if self._tags(type_.directives) & include:
                continue
            if isinstance(type_, UnionType):
                self._hidden.add(type_.name)
            elif isinstance(type_, ObjectType | InterfaceType):
                untagged = (f for f in type_.fields.values() if not self._tags(f.directives) & include)
                self._hidden |= {f"{type_.name}.{field.name}" for field in untagged}

    def _hide_broken(self) -> bool:
        """Hide elements that became invalid; returns whether any did. Hides empty types before their interfaces."""
        shown = [type_ for type_ in self._types if type_.name not in self._hidden]
        members = ((type_.name, _members(type_)) for type_ in shown)
        empty = {name for name, coordinates in members if coordinates and self._hidden.issuperset(coordinates)}
        lost = {
            f"{interface}.{name}"
            for type_ in shown
            if isinstance(type_, ObjectType | InterfaceType)
            for interface in type_.interfaces
            for name in type_.fields
            if self._is_hidden(type_, name)
        }
        broken = empty or lost - self._hidden
        self._hidden |= broken
        return bool(broken)

    def _is_hidden(self, type_: TypeDefinition, member: str) -> bool:
        return f"{type_.name}.{member}" in self._hidden

    def _reachable(self) -> set[str]:
        """The types reachable from an operation or the definition of a directive."""
        supergraph = self._supergraph
        reached: set[str] = set()
        arguments = [
            a for definition in supergraph.directive_definitions.values() for a in definition.arguments.values()
        ]
        pending = [named_type(argument.type) for argument in arguments]
        pending += [root for root in (supergraph.query, supergraph.mutation, supergraph.subscription) if root]
        implementations: dict[str, list[str]] = {}
        for type_ in self._types:
            for interface in type_.interfaces if isinstance(type_, ObjectType | InterfaceType) else ():
                implementations.setdefault(interface, []).append(type_.name)
        while pending:
            name = pending.pop()
            found = supergraph.types.get(name)
            if found is not None and name not in reached and name not in self._hidden:
                reached.add(name)
                pending += [*self._named_by(found), *implementations.get(name, ())]
        return reached

    def _named_by(self, type_: TypeDefinition) -> Iterator[str]:
        if isinstance(type_, UnionType):
            yield from type_.member_names
        elif isinstance(type_, ObjectType | InterfaceType):
            yield from type_.interfaces
            for field in type_.fields.values():
                if not self._is_hidden(type_, field.name):
                    yield named_type(field.type)
                    for argument in field.arguments.values():
                        if f"{type_.name}.{field.name}({argument.name}:)" not in self._hidden:
                            yield named_type(argument.type)
        elif isinstance(type_, InputObjectType):
            yield from (named_type(v.type) for v in type_.fields.values() if not self._is_hidden(type_, v.name))

    def _tags(self, directives: Iterable[AppliedDirective]) -> set[str]:
        found = set()
        for directive in directives:
            if directive.name == self._tag:
                node = parse_const_value(dict(directive.arguments)["name"])
                found |= {node.value} if isinstance(node, StringValueNode) else set()
        return found


def _elements(type_: TypeDefinition) -> Iterator[tuple[str, tuple[AppliedDirective, ...]]]:
    """The type and everything in it, by coordinate. A type's own tags apply to its fields by hiding the type."""
    yield type_.name, type_.directives
    match type_:
        case ObjectType() | InterfaceType():
            for field in type_.fields.values():
                yield f"{type_.name}.{field.name}", field.directives
                for argument in field.arguments.values():
                    yield f"{type_.name}.{field.name}({argument.name}:)", argument.directives
        case InputObjectType():
            for value in type_.fields.values():
                yield f"{type_.name}.{value.name}", value.directives
        case EnumType():
            for choice in type_.values.values():
                yield f"{type_.name}.{choice.name}", choice.directives
        case _:
            pass


def _members(type_: TypeDefinition) -> list[str]:
    """The coordinates of the parts of the type; a union's members are types."""
    match type_:
        case UnionType():
            return list(type_.member_names)
        case ObjectType() | InterfaceType() | InputObjectType():
            return [f"{type_.name}.{name}" for name in type_.fields]
        case EnumType():
            return [f"{type_.name}.{name}" for name in type_.values]
        case _:
            return []


_Marked = TypeVar("_Marked", Field, InputValue, EnumValue)


def _mark(supergraph: Supergraph, hidden: set[str], mark: str) -> dict[str, TypeDefinition]:
    """Copies of the types with the hidden coordinates marked."""

    def marks(coordinate: str, directives: tuple[AppliedDirective, ...]) -> tuple[AppliedDirective, ...]:
        if coordinate not in hidden or any(directive.name == mark for directive in directives):
            return directives
        return (*directives, AppliedDirective(mark))

    def copies(type_name: str, members: Mapping[str, _Marked]) -> dict[str, _Marked]:
        return {
            name: replace(member, directives=marks(f"{type_name}.{name}", member.directives))
            for name, member in members.items()
        }

    types: dict[str, TypeDefinition] = {}
    for name, type_ in supergraph.types.items():
        types[name] = copied = replace(type_, directives=marks(name, type_.directives))
        match copied:
            case ObjectType() | InterfaceType():
                copied.fields = copies(name, copied.fields)
                for field in copied.fields.values():
                    field.arguments = {
                        key: replace(value, directives=marks(f"{name}.{field.name}({key}:)", value.directives))
                        for key, value in field.arguments.items()
                    }
            case InputObjectType():
                copied.fields = copies(name, copied.fields)
            case EnumType():
                copied.values = copies(name, copied.values)
            case _:
                pass
    return types
