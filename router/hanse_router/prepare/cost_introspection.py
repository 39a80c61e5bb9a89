"""The price of introspection: its size relative to that of the standard introspection query.

Introspection has no list sizes, and its work depends on the API schema. The price does not: what the standard query of
tools costs is a setting, whatever the size of the schema.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_introspection_query,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_object_type,
    parse,
)


class IntrospectionCosts:
    """The price of introspection over one API schema."""

    def __init__(self, api_schema: GraphQLSchema, standard: int) -> None:
        """`standard` is the cost of the standard introspection query with all of its options."""
        self._api_schema = api_schema
        self._standard = standard

    def of(self, nodes: Sequence[FieldNode], fragments: Iterable[FragmentDefinitionNode]) -> int:
        """The cost of root fields `__schema` and `__type`, of which at most one is answered; at least 1."""
        named = {fragment.name.value: fragment.selection_set for fragment in fragments}
        found = _Size(self._lists, named).of_fields(nodes)
        return max(1, math.ceil(found / self._standard_size * self._standard))

    @cached_property
    def _lists(self) -> Mapping[str, float]:
        """The mean length of each list of the introspection schema, over the types that have it."""
        types = list(self._api_schema.type_map.values())
        fields = [one.fields for one in types if is_object_type(one) or is_interface_type(one)]
        arguments = [len(field.args) for some in fields for field in some.values()]
        return {
            "types": float(len(types)),
            "directives": float(len(self._api_schema.directives)),
            "fields": _mean(map(len, fields)),
            "args": _mean(arguments),
            "enumValues": _mean(len(one.values) for one in types if is_enum_type(one)),
            "inputFields": _mean(len(one.fields) for one in types if is_input_object_type(one)),
            "possibleTypes": _mean(
                len(self._api_schema.get_possible_types(one)) for one in types if is_interface_type(one)
            ),
        }

    @cached_property
    def _standard_size(self) -> float:
        text = get_introspection_query(
            specified_by_url=True,
            directive_is_repeatable=True,
            schema_description=True,
            input_value_deprecation=True,
        )
        document = parse(text)
        named = {
            one.name.value: one.selection_set for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }
        operation = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
        return _Size(self._lists, named).of(operation.selection_set)


class _Size:
    """The number of fields in the answer to a selection of introspection. Each fragment is measured once."""

    def __init__(self, lists: Mapping[str, float], fragments: Mapping[str, SelectionSetNode]) -> None:
        self._lists = lists
        self._fragments = fragments
        self._known: dict[str, float] = {}

    def of(self, selection_set: SelectionSetNode) -> float:
        found = 0.0
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                found += self.of_fields((node,))
            elif isinstance(node, FragmentSpreadNode):
                found += self._fragment(node.name.value)
            elif isinstance(node, InlineFragmentNode):
                found += self.of(node.selection_set)
        return found

    def of_fields(self, nodes: Sequence[FieldNode]) -> float:
        """The fields with one response key: each once, with all that is selected below."""
        below = sum(self.of(node.selection_set) for node in nodes if node.selection_set)
        return 1 + self._lists.get(nodes[0].name.value, 1.0) * below

    def _fragment(self, name: str) -> float:
        if name not in self._known:
            self._known[name] = 0.0  # of a fragment within itself, which validation refuses
            if name in self._fragments:
                self._known[name] = self.of(self._fragments[name])
        return self._known[name]


def _mean(lengths: Iterable[int]) -> float:
    some = [length for length in lengths if length]
    return max(1.0, sum(some) / len(some)) if some else 1.0
