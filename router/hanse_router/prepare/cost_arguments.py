"""The cost of a field's arguments: the weights of the values that are given, and of the fields of input objects."""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
)

from hanse_router.operation import Field
from hanse_router.prepare.amounts import Amount, Dynamic, total
from hanse_router.prepare.cost_rules import CostRules

Weight = int | None  # the `@cost` of an argument or input field; None: that of its type


class ArgumentCosts:
    """The costs of arguments over one supergraph."""

    def __init__(self, rules: CostRules) -> None:
        self._rules = rules
        self._bounds: dict[str, int | None] = {}

    def of(self, field: Field, definition: GraphQLField) -> Amount:
        """The cost of the arguments of one use of a field."""
        amounts: list[Amount] = []
        for node in field.node.arguments or ():
            argument = definition.args.get(node.name.value)
            if argument is not None:
                weight = self._rules.argument(field.types, field.name, node.name.value)
                amounts.append(self._literal(node.value, argument.type, weight))
        return total(amounts)

    def _literal(self, node: ValueNode, type_: GraphQLInputType, weight: Weight) -> Amount:
        if self._bound(type_, weight) == 0 or isinstance(node, NullValueNode):
            return 0
        if isinstance(node, VariableNode):
            return self._variable(node.name.value, type_, weight)
        plain = get_nullable_type(type_)
        if isinstance(plain, GraphQLList):
            items = node.values if isinstance(node, ListValueNode) else (node,)
            return total(self._literal(item, plain.of_type, weight) for item in items)
        own = self._rules.type(plain) if weight is None else weight
        if not isinstance(plain, GraphQLInputObjectType) or not isinstance(node, ObjectValueNode):
            return own
        below: list[Amount] = [own]
        for member in node.fields:
            name = member.name.value
            if (field := plain.fields.get(name)) is not None:
                below.append(self._literal(member.value, field.type, self._rules.input_field(plain.name, name)))
        return total(below)

    def _variable(self, name: str, type_: GraphQLInputType, weight: Weight) -> Amount:
        """The cost of a variable's value: a number where no value can cost more than that, otherwise a count."""
        bound = self._bound(type_, weight)
        if bound is not None:
            return bound
        return self._counted(name, type_, weight)

    def _counted(self, name: str, type_: GraphQLInputType, weight: Weight) -> Dynamic:
        return lambda variables: self._count(variables.get(name), type_, weight)

    def _count(self, value: Any, type_: GraphQLInputType, weight: Weight) -> int:
        found = 0
        waiting: list[tuple[Any, GraphQLInputType, Weight]] = [(value, type_, weight)]
        while waiting:
            value, type_, weight = waiting.pop()
            if value is None:
                continue
            plain = get_nullable_type(type_)
            if isinstance(plain, GraphQLList):
                waiting += [(item, plain.of_type, weight) for item in (value if isinstance(value, list) else [value])]
                continue
            found += self._rules.type(plain) if weight is None else weight
            if isinstance(plain, GraphQLInputObjectType) and isinstance(value, dict):
                for name, item in value.items():
                    field = plain.fields.get(name)
                    below = self._rules.input_field(plain.name, name)
                    if field is not None and self._bound(field.type, below) != 0:
                        waiting.append((item, field.type, below))
        return found

    def _bound(self, type_: GraphQLInputType, weight: Weight) -> int | None:
        """The cost that no value of the type exceeds; None where there is none: costly lists, recursive types."""
        named = get_named_type(type_)
        own = self._rules.type(named) if weight is None else weight
        below = self._below(named) if isinstance(named, GraphQLInputObjectType) else 0
        if own == 0 and below == 0:
            return 0
        if below is None or _is_list(type_):
            return None
        return own + below

    def _below(self, type_: GraphQLInputObjectType) -> int | None:
        """The cost of all fields of an input object together; None where it has no bound."""
        if type_.name not in self._bounds:
            self._bounds[type_.name] = None  # of a type within itself
            bounds = [
                self._bound(field.type, self._rules.input_field(type_.name, name))
                for name, field in type_.fields.items()
            ]
            self._bounds[type_.name] = None if None in bounds else sum(bound or 0 for bound in bounds)
        return self._bounds[type_.name]


def _is_list(type_: GraphQLInputType) -> bool:
    while isinstance(type_, GraphQLNonNull):
        type_ = type_.of_type
    return isinstance(type_, GraphQLList)
