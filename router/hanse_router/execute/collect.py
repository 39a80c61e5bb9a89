"""Which fields of the client's document an object of one type answers, in the client's order."""

from __future__ import annotations

from collections.abc import Iterable

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    is_abstract_type,
)

from hanse_router.execute.conditions import Booleans, included

Collected = dict[str, list[FieldNode]]


class Collector:
    """Collects fields (GraphQL specification, 6.3.2) where the variables of conditions have known values."""

    def __init__(self, document: DocumentNode, api_schema: GraphQLSchema, booleans: Booleans) -> None:
        self.api_schema = api_schema
        self._booleans = booleans
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def root(self, operation: OperationDefinitionNode, type_: GraphQLNamedType) -> Collected:
        """The fields of the operation itself."""
        return self._collect([operation.selection_set.selections], type_)

    def below(self, fields: Iterable[FieldNode], type_: GraphQLNamedType) -> Collected:
        """The fields below a field that was asked for by these nodes, for an object of the type.

        The type is an object type, or an interface where no more is known of the object: then only what is asked of the
        interface itself is collected.
        """
        return self._collect([node.selection_set.selections for node in fields if node.selection_set], type_)

    def _collect(self, sets: Iterable[Iterable[SelectionNode]], type_: GraphQLNamedType) -> Collected:
        collected: Collected = {}
        seen: set[str] = set()
        for selections in sets:
            self._into(collected, seen, selections, type_)
        return collected

    def _into(
        self, collected: Collected, seen: set[str], selections: Iterable[SelectionNode], type_: GraphQLNamedType
    ) -> None:
        for selection in selections:
            if not included(selection.directives, self._booleans):
                continue
            if isinstance(selection, FieldNode):
                key = selection.alias.value if selection.alias else selection.name.value
                collected.setdefault(key, []).append(selection)
                continue
            fragment: InlineFragmentNode | FragmentDefinitionNode
            if isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                if name in seen:
                    continue
                seen.add(name)
                fragment = self._fragments[name]
            else:
                assert isinstance(selection, InlineFragmentNode)
                fragment = selection
            condition = fragment.type_condition
            if condition is None or self._applies(condition.name.value, type_):
                self._into(collected, seen, fragment.selection_set.selections, type_)

    def _applies(self, condition: str, type_: GraphQLNamedType) -> bool:
        if condition == type_.name:
            return True
        wanted = self.api_schema.get_type(condition)
        if not is_abstract_type(wanted):
            return False
        return self.api_schema.is_sub_type(wanted, type_)


def possible_types(api_schema: GraphQLSchema, type_: GraphQLAbstractType) -> tuple[str, ...]:
    """The names of the object types that may stand for an abstract type."""
    return tuple(possible.name for possible in api_schema.get_possible_types(type_))
