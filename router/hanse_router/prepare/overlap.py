"""Fields of one response key must be mergeable (GraphQL specification, 5.3.2), checked in linear time.

The rule of graphql-core compares all pairs of fields, and of fragments. Here the fields of one response key are a
group, and each is compared with the first of its group; then the same for the selection sets below the whole group.
Fields whose parents are different object types are never merged, and form groups of their own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SchemaMetaFieldDef,
    SelectionSetNode,
    TypeMetaFieldDef,
    TypeNameMetaFieldDef,
    get_named_type,
    is_composite_type,
    is_leaf_type,
    print_ast,
)
from graphql.utilities.sort_value_node import sort_value_node

_META = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef, "__typename": TypeNameMetaFieldDef}
_Scope = tuple[GraphQLCompositeType, SelectionSetNode]  # a selection set, and the type that it is on


class TooManyComparisonsError(Exception):
    """The fields cannot be compared within the permitted number of steps."""


@dataclass(frozen=True, slots=True, eq=False)
class _Selected:
    """A field, the type it is selected on, and its type."""

    node: FieldNode
    parent: GraphQLCompositeType
    type: GraphQLOutputType


def overlap_errors(
    document: DocumentNode, api_schema: GraphQLSchema, *, max_errors: int, max_steps: int
) -> list[GraphQLError]:
    """The conflicts of a document that is valid otherwise. Raises TooManyComparisonsError after `max_steps`."""
    check = _Check(document, api_schema, max_errors, max_steps)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            root = api_schema.get_root_type(definition.operation)
            if root is not None:
                check.run([(root, definition.selection_set)])
    return check.errors


class _Check:
    def __init__(self, document: DocumentNode, api_schema: GraphQLSchema, max_errors: int, max_steps: int) -> None:
        self.errors: list[GraphQLError] = []
        self._api_schema = api_schema
        self._max_errors = max_errors
        self._steps = max_steps
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._seen: set[tuple[bool, frozenset[tuple[str, int]]]] = set()
        self._arguments: dict[int, frozenset[tuple[str, str]]] = {}

    def run(self, scopes: Sequence[_Scope]) -> None:
        """Check the selection sets of one object, and everything below."""
        self._descend(scopes, (), shapes=False)
        if not self.errors:
            self._descend(scopes, (), shapes=True)

    def _descend(self, scopes: Sequence[_Scope], above: tuple[str, ...], *, shapes: bool) -> None:
        """Check the fields of selection sets: their shapes, or else that they are one field where they are merged.

        `above` are the response keys from the topmost fields that are merged.
        """
        key = (shapes, frozenset((parent.name, id(selection_set)) for parent, selection_set in scopes))
        if key in self._seen or len(self.errors) >= self._max_errors:
            return
        self._seen.add(key)
        for response_key, fields in self._collect(scopes).items():
            for group in [fields] if shapes else _by_parent(fields):
                conflict = self._conflict(group, shapes=shapes)
                if conflict is not None:
                    self._report((*above, response_key), conflict)
                    continue
                below = [
                    (type_, one.node.selection_set)
                    for one in group
                    if one.node.selection_set and is_composite_type(type_ := get_named_type(one.type))
                ]
                if below:
                    self._descend(below, (*above, response_key) if len(below) > 1 else (), shapes=shapes)

    def _collect(self, scopes: Iterable[_Scope]) -> Mapping[str, list[_Selected]]:
        """The fields of selection sets by response key. A fragment counts once, since it repeats itself."""
        found: dict[str, list[_Selected]] = {}
        spread: set[str] = set()
        pending = deque(scopes)
        while pending:
            parent, selection_set = pending.popleft()
            self._spend(len(selection_set.selections))
            for selection in selection_set.selections:
                if isinstance(selection, FieldNode):
                    type_ = self._type(parent, selection.name.value)
                    if type_ is not None:
                        key = selection.alias.value if selection.alias else selection.name.value
                        found.setdefault(key, []).append(_Selected(selection, parent, type_))
                elif isinstance(selection, FragmentSpreadNode):
                    name = selection.name.value
                    if name not in spread:
                        spread.add(name)
                        pending.append(self._inside(self._fragments[name], parent))
                elif isinstance(selection, InlineFragmentNode):
                    pending.append(self._inside(selection, parent))
        return found

    def _inside(self, fragment: FragmentDefinitionNode | InlineFragmentNode, parent: GraphQLCompositeType) -> _Scope:
        if fragment.type_condition is not None:
            type_ = self._api_schema.get_type(fragment.type_condition.name.value)
            if is_composite_type(type_):
                parent = type_
        return parent, fragment.selection_set

    def _type(self, parent: GraphQLCompositeType, name: str) -> GraphQLOutputType | None:
        field = _META.get(name)
        if field is None and isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            field = parent.fields.get(name)
        return field.type if field is not None else None

    def _conflict(self, group: Sequence[_Selected], *, shapes: bool) -> tuple[str, _Selected, _Selected] | None:
        """Why fields cannot be merged, and the first two that cannot."""
        first, *others = group
        for other in others:
            if other.node is first.node and other.parent is first.parent:
                continue
            if shapes:
                if not _same_shape(first.type, other.type):
                    return f"they return conflicting types '{first.type}' and '{other.type}'", first, other
            elif first.node.name.value != other.node.name.value:
                names = f"'{first.node.name.value}' and '{other.node.name.value}'"
                return f"{names} are different fields", first, other
            elif self._arguments_of(first.node) != self._arguments_of(other.node):
                return "they have differing arguments", first, other
        return None

    def _arguments_of(self, node: FieldNode) -> frozenset[tuple[str, str]]:
        if not node.arguments:
            return frozenset()
        known = self._arguments.get(id(node))
        if known is None:
            known = self._arguments[id(node)] = frozenset(
                (argument.name.value, print_ast(sort_value_node(argument.value))) for argument in node.arguments
            )
        return known

    def _report(self, path: Sequence[str], conflict: tuple[str, _Selected, _Selected]) -> None:
        reason, first, other = conflict
        for key in reversed(path[1:]):
            reason = f"subfields '{key}' conflict because {reason}"
        message = (
            f"Fields '{path[0]}' conflict because {reason}."
            " Use different aliases on the fields to fetch both if this was intentional."
        )
        self.errors.append(GraphQLError(message, [first.node, other.node]))

    def _spend(self, steps: int) -> None:
        self._steps -= steps
        if self._steps < 0:
            raise TooManyComparisonsError


def _by_parent(fields: Sequence[_Selected]) -> Iterable[Sequence[_Selected]]:
    """The fields that can be of one object: those on abstract types are in each group."""
    abstract = [one for one in fields if not isinstance(one.parent, GraphQLObjectType)]
    by_object: dict[str, list[_Selected]] = {}
    for one in fields:
        if isinstance(one.parent, GraphQLObjectType):
            by_object.setdefault(one.parent.name, []).append(one)
    return [[*abstract, *group] for group in by_object.values()] if by_object else [abstract]


def _same_shape(one: GraphQLOutputType, other: GraphQLOutputType) -> bool:
    while isinstance(one, GraphQLNonNull | GraphQLList) or isinstance(other, GraphQLNonNull | GraphQLList):
        if type(one) is not type(other):
            return False
        one, other = one.of_type, other.of_type  # type: ignore[union-attr]
    return one is other or not (is_leaf_type(one) or is_leaf_type(other))
