"""Normalize an operation: fragments inlined, constant conditions folded, fields of one response key merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    print_ast,
)

from hanse_router.operation_kind import OperationKind
from hanse_router.planner.conditions import Conditions, any_of, opposite
from hanse_router.planner.plan import PlanError, SkipInclude
from hanse_router.planner.shape import Ask, ClassAsks, Operation, Shape
from hanse_schema.query_graph import QueryGraph
from hanse_schema.supergraph.model import InterfaceType, ObjectType
from hanse_schema.type_ref import named_type

_NONE: Conditions = frozenset()
_INTROSPECTION = frozenset(("__schema", "__type", "__typename"))


def normalize(graph: QueryGraph, document: DocumentNode, operation_name: str | None) -> Operation:
    """The named operation of a valid document (or its only one). Raises PlanError when there is none such."""
    definition = _find(document, operation_name)
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    kind = OperationKind(definition.operation.value)
    supergraph = graph.supergraph
    root = {"query": supergraph.query, "mutation": supergraph.mutation, "subscription": supergraph.subscription}
    root_type = root[kind.value]
    if root_type is None:
        raise PlanError(f"The supergraph has no {kind.value} type.")
    normalizer = _Normalizer(graph, fragments)
    entries = [
        entry
        for entry in normalizer.collect(definition.selection_set, graph.possible[root_type], root_type)
        if entry.node.name.value not in _INTROSPECTION
    ]
    return Operation(
        kind,
        definition.name.value if definition.name else None,
        normalizer.shape(root_type, entries),
        {node.variable.name.value: print_ast(node) for node in definition.variable_definitions or ()},
    )


def _find(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is None:
        if len(operations) == 1:
            return operations[0]
        raise PlanError("The document has several operations: one has to be named." if operations else "No operation.")
    for operation in operations:
        if operation.name is not None and operation.name.value == name:
            return operation
    raise PlanError(f'The document has no operation "{name}".')


@dataclass(frozen=True, slots=True)
class _Entry:
    """One field node with the types of objects it holds for, and its conditions from the root on."""

    node: FieldNode
    parent: str
    types: frozenset[str]
    conditions: Conditions


class _Normalizer:
    def __init__(self, graph: QueryGraph, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._graph = graph
        self._fragments = fragments
        self._mutation = graph.supergraph.mutation
        self._order = count()

    def collect(
        self, node: SelectionSetNode, types: frozenset[str], parent: str, conditions: Conditions = _NONE
    ) -> Iterator[_Entry]:
        """Every field of a selection set, fragments inlined; what can never hold is left out."""
        for selection in node.selections:
            here = _conditions(selection.directives, conditions)
            if here is None:
                continue
            if isinstance(selection, FieldNode):
                yield _Entry(selection, parent, types, here)
                continue
            inner: FragmentDefinitionNode | InlineFragmentNode
            if isinstance(selection, FragmentSpreadNode):
                inner = self._fragments[selection.name.value]
            else:
                assert isinstance(selection, InlineFragmentNode)
                inner = selection
            on = inner.type_condition.name.value if inner.type_condition else parent
            narrowed = types if on == parent else types & self._graph.possible.get(on, frozenset())
            if narrowed:
                yield from self.collect(inner.selection_set, narrowed, on, here)

    def shape(self, type_: str, entries: Iterable[_Entry]) -> Shape:
        """Merge fields of one response key, for all types together or for each part of them that differs."""
        by_key: dict[str, list[_Entry]] = {}
        for entry in entries:
            node = entry.node
            by_key.setdefault(node.alias.value if node.alias else node.name.value, []).append(entry)
        shape = Shape(type_)
        everything = self._graph.possible.get(type_, frozenset())
        classes: dict[tuple[frozenset[str], str | None], ClassAsks] = {}
        for key, group in by_key.items():
            for types, part in _split(everything, group):
                ask = self._ask(key, part)
                if types == everything:
                    shape.common.append(ask)
                else:
                    on = self._abstract_type(part, types, everything)
                    classes.setdefault((types, on), ClassAsks(types, [], on)).asks.append(ask)
        shape.classes = list(classes.values())
        return shape

    def _abstract_type(self, entries: list[_Entry], types: frozenset[str], within: frozenset[str]) -> str | None:
        """The abstract type under which the client asks, if it stands for exactly these types here."""
        parents = {entry.parent for entry in entries}
        parent = parents.pop()
        if parents or not self._graph.is_abstract(parent):
            return None
        return parent if self._graph.possible[parent] & within == types else None

    def _ask(self, key: str, entries: list[_Entry]) -> Ask:
        first = entries[0]
        name = first.node.name.value
        type_ = self._type(first.parent, name)
        composite = first.node.selection_set is not None
        inner_type = named_type(type_)
        inner = [found for entry in entries for found in self._below(entry, inner_type)]
        return Ask(
            key,
            name,
            type_,
            ", ".join(print_ast(argument) for argument in first.node.arguments or ()),
            any_of(entry.conditions for entry in entries),
            self.shape(inner_type, inner) if composite else None,
            order=next(self._order),
            alternatives=self._alternatives(entries),
        )

    def _alternatives(self, entries: list[_Entry]) -> tuple[Conditions, ...]:
        """The conditions of one mutation's field nodes: it must not run when none of them holds."""
        if entries[0].parent != self._mutation:
            return ()
        different = tuple(dict.fromkeys(entry.conditions for entry in entries))
        return different if len(different) > 1 and _NONE not in different else ()

    def _below(self, entry: _Entry, type_: str) -> Iterator[_Entry]:
        """The fields below one of the merged fields; it may have a narrower type where it was asked for."""
        if entry.node.selection_set is None:
            return
        own = named_type(self._type(entry.parent, entry.node.name.value))
        possible = self._graph.possible
        types = possible.get(type_, frozenset()) & possible.get(own, frozenset())
        yield from self.collect(entry.node.selection_set, types, own, entry.conditions)

    def _type(self, parent: str, name: str) -> str:
        if name == "__typename":
            return "String!"
        type_ = self._graph.supergraph.types[parent]
        assert isinstance(type_, ObjectType | InterfaceType)
        return type_.fields[name].type


def _split(everything: frozenset[str], group: list[_Entry]) -> list[tuple[frozenset[str], list[_Entry]]]:
    """Parts of the types, each with the entries that hold for it.

    Entries for all types stay together as one part; what some types are asked besides is a part of its own: the two
    meet again in the response, as any two fields of one response key do.
    """
    common = [entry for entry in group if entry.types == everything]
    rest = [entry for entry in group if entry.types != everything]
    parts: list[tuple[frozenset[str], list[_Entry]]] = [(everything, common)] if common else []
    if common and common[0].node.selection_set is None:
        rest = [entry for entry in rest if not any(held.conditions <= entry.conditions for held in common)]
    if not rest:
        return parts
    if len({entry.types for entry in rest}) == 1:
        return [*parts, (rest[0].types, rest)]
    by_entries: dict[tuple[int, ...], set[str]] = {}
    for type_ in sorted(frozenset().union(*(entry.types for entry in rest))):
        held = tuple(index for index, entry in enumerate(rest) if type_ in entry.types)
        by_entries.setdefault(held, set()).add(type_)
    return [*parts, *((frozenset(types), [rest[i] for i in held]) for held, types in by_entries.items())]


def _conditions(directives: Iterable[DirectiveNode] | None, outer: Conditions) -> Conditions | None:
    """The conditions with those of the directives added, or None when they can never hold."""
    found = outer
    for directive in directives or ():
        name = directive.name.value
        if name not in ("skip", "include"):
            continue
        value = next((a.value for a in directive.arguments or () if a.name.value == "if"), None)
        if isinstance(value, BooleanValueNode):
            if value.value == (name == "skip"):
                return None
        elif isinstance(value, VariableNode):
            condition = SkipInclude(value.name.value, negated=name == "skip")
            if opposite(condition) in found:
                return None
            found = found | {condition}
    return found
