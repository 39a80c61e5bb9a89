"""The cost of an operation: estimated from the document and `@listSize` before it runs, counted in its response after.

An object costs 1 and a leaf 0, or what `@cost` says; so does each item of a list. A root field of a mutation costs 10
more. Fields with one response key at one place are one field, as in the response. An object of an abstract type costs
as much as the most costly of the possible types.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import msgspec
from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    IntValueNode,
    NullValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
    value_from_ast_untyped,
)

from hanse_router.operation import Conditions, Field, Operation
from hanse_router.operation_kind import OperationKind
from hanse_router.prepare.amounts import Amount, maximum, product, total, under, value_of
from hanse_router.prepare.cost_arguments import ArgumentCosts
from hanse_router.prepare.cost_introspection import IntrospectionCosts
from hanse_router.prepare.cost_rules import CostRules, ListSize
from hanse_router.request import Variables
from hanse_router.settings_demand_control import DemandControlSettings
from hanse_schema.supergraph.model import Supergraph

MUTATION = 10  # for each root field of a mutation
MAX_COST = 2**53 - 1  # larger numbers are not exact in JavaScript, and mean nothing more


class LargeResponseError(Exception):
    """The response is too large to be counted on the event loop."""


class FieldCost(msgspec.Struct, frozen=True, eq=False, gc=False):
    """The costs at one response path. `once` counts for the field, `each` for every item or object there."""

    once: Amount
    each: int
    below: Mapping[str, FieldCost]  # by response key; what costs nothing is left out


class OperationCost:
    """The cost of one operation."""

    def __init__(self, estimate: Amount, fields: Mapping[str, FieldCost], unsliced: Sequence[str] = ()) -> None:
        """`unsliced` are the fields that lack the one slicing argument that they need."""
        self.constant = min(estimate, MAX_COST) if isinstance(estimate, int) else None
        self._estimate = estimate
        self._fields = fields
        self.unsliced = tuple(unsliced)

    def estimate(self, variables: Variables) -> int:
        """The estimated cost with these variables, coerced."""
        return self.constant if self.constant is not None else min(value_of(self._estimate, variables), MAX_COST)

    def actual(self, data: Any, variables: Variables, *, max_values: float = math.inf) -> int:
        """The cost of a response's data, whether of dictionaries or of generated classes.

        Raises LargeResponseError after `max_values` objects and items: count beside the event loop.
        """
        return min(_Count(variables, max_values).of(self._fields, data), MAX_COST)


class Costs:
    """The costs of operations over one supergraph."""

    def __init__(self, supergraph: Supergraph, api_schema: GraphQLSchema, settings: DemandControlSettings) -> None:
        self._rules = CostRules(supergraph)
        self._arguments = ArgumentCosts(self._rules)
        self._introspection = IntrospectionCosts(api_schema, settings.introspection_cost)
        self._list_size = settings.list_size

    def annotate(self, operation: Operation) -> OperationCost:
        """The cost of an operation."""
        return _Estimation(operation, self._rules, self._arguments, self._introspection, self._list_size).made()


class _Estimation:
    """The estimation of one operation, from the root down."""

    def __init__(
        self,
        operation: Operation,
        rules: CostRules,
        arguments: ArgumentCosts,
        introspection: IntrospectionCosts,
        list_size: int,
    ) -> None:
        self._operation = operation
        self._rules = rules
        self._arguments = arguments
        self._introspection = introspection
        self._list_size = list_size
        self._unsliced: dict[str, None] = {}
        self._base = MUTATION if operation.kind is OperationKind.MUTATION else 0

    def made(self) -> OperationCost:
        estimate, fields = self._selections(self._operation.selections, {}, frozenset())
        return OperationCost(estimate, fields, tuple(self._unsliced))

    def _selections(
        self, fields: Iterable[Field], sizes: Mapping[str, Amount], known: Conditions
    ) -> tuple[Amount, Mapping[str, FieldCost]]:
        """The cost of one object with these fields. `sizes` are those of its sized fields; `known` conditions hold."""
        by_key: dict[str, list[Field]] = {}
        for field in fields:
            by_key.setdefault(field.response_key, []).append(field)
        amounts: dict[frozenset[str], list[Amount]] = {}
        costs: dict[str, FieldCost] = {}
        for key, uses in by_key.items():
            amount, cost = self._field(uses, sizes, known)
            if cost is not None:
                costs[key] = cost
                amounts.setdefault(_types(uses), []).append(amount)
        return _of_the_most_costly_type({types: total(each) for types, each in amounts.items()}), costs

    def _field(
        self, uses: list[Field], sizes: Mapping[str, Amount], known: Conditions
    ) -> tuple[Amount, FieldCost | None]:
        """The cost of what has one response key, and None where it costs nothing."""
        shared = uses[0].conditions.intersection(*(use.conditions for use in uses[1:]))
        alternatives = {use.conditions - known for use in uses}
        conditions = () if frozenset() in alternatives else alternatives
        first = uses[0]
        if first.is_introspection:
            if first.selections is None:
                return 0, None
            price = self._introspection.of([use.node for use in uses], self._operation.fragments)
            return under(conditions, price), FieldCost(price, 0, {})
        once: Amount = 0
        each = 0
        size: Amount = 0
        inner: dict[str, Amount] = {}
        for use in _distinct(uses):
            once = maximum((once, self._once(use)))
            each = max(each, self._rules.field(use.types, use.name, get_named_type(use.type)))
            own, below = self._sizes(use)
            size = maximum((size, self._items(use.type, sizes.get(use.name, own))))
            for name, amount in below.items():
                inner[name] = maximum((inner.get(name, 0), amount))
        selected = (below for use in uses for below in use.selections or ())
        object_, costs = self._selections(selected, inner, shared)
        amount = total((once, product(size, total((each, object_)))))
        if amount == 0:
            return 0, None
        return under(conditions, amount), FieldCost(once, each, costs)

    def _once(self, use: Field) -> Amount:
        base = self._base if len(use.path) == 1 else 0
        if not use.node.arguments:
            return base
        return total((base, self._arguments.of(use, _definition(use))))

    def _items(self, type_: GraphQLOutputType, size: Amount | None) -> Amount:
        """The number of items of a list of this size; of each list in it, the assumed number; 1 of no list."""
        plain = get_nullable_type(type_)
        if not isinstance(plain, GraphQLList):
            return 1
        found: Amount = self._list_size if size is None else size
        while is_list_type(plain := get_nullable_type(plain.of_type)):
            found = product(found, self._list_size)
        return found

    def _sizes(self, use: Field) -> tuple[Amount | None, Mapping[str, Amount]]:
        """The size that a field declares for itself, and those for fields of the object that it returns."""
        own: list[Amount] = []
        below: dict[str, Amount] = {}
        for rule in self._rules.sizes(use.parent.name, use.types, use.name):
            size = self._declared(use, rule)
            if not rule.sized_fields:
                own.append(size)
            for name in rule.sized_fields:
                below[name] = maximum((below.get(name, 0), size))
        return (maximum(own) if own else None), below

    def _declared(self, use: Field, rule: ListSize) -> Amount:
        """The size by the slicing arguments, the largest of them; else the assumed one."""
        default = self._list_size if rule.assumed is None else rule.assumed
        known: list[int] = []
        variables: list[str] = []
        if rule.slicing:
            given = {node.name.value: node.value for node in use.node.arguments or ()}
            arguments = _definition(use).args
            for name in rule.slicing:
                node = given.get(name)
                if node is None:
                    known += _default_of(arguments.get(name))
                elif isinstance(node, VariableNode):
                    variables.append(node.name.value)
                elif isinstance(node, IntValueNode):
                    known.append(max(0, int(node.value)))
                else:
                    assert isinstance(node, NullValueNode)
            if rule.needs_one and len(known) + len(variables) != 1:
                self._unsliced[f"{use.parent.name}.{use.name}"] = None
        if not variables:
            return max(known, default=default)
        return _sliced(tuple(variables), max(known, default=None), default)


class _Count:
    """Counts the cost of one response's data."""

    def __init__(self, variables: Variables, max_values: float) -> None:
        self._variables = variables
        self._left = max_values
        self._attributes: dict[type, dict[str, str]] = {}

    def of(self, fields: Mapping[str, FieldCost], value: Any) -> int:
        """The cost of an object."""
        if isinstance(value, msgspec.Raw):
            value = msgspec.json.decode(value)
        found = 0
        for key, cost in fields.items():
            below = self._member(value, key)
            if below is not None and below is not msgspec.UNSET:
                found += value_of(cost.once, self._variables) + self._items(cost, below)
        return found

    def _items(self, cost: FieldCost, value: Any) -> int:
        self._left -= 1
        if self._left < 0:
            raise LargeResponseError
        if value is None:
            return 0
        if isinstance(value, msgspec.Raw) and (cost.each or cost.below):
            value = msgspec.json.decode(value)
        if isinstance(value, list):
            return sum(self._items(cost, item) for item in value)
        return cost.each + (self.of(cost.below, value) if cost.below else 0)

    def _member(self, value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return value.get(key)
        if not isinstance(value, msgspec.Struct):
            return None
        attributes = self._attributes.get(type(value))
        if attributes is None:
            attributes = dict(zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True))
            self._attributes[type(value)] = attributes
        attribute = attributes.get(key)
        return None if attribute is None else getattr(value, attribute)


def _distinct(uses: list[Field]) -> Iterable[Field]:
    """One of the uses that have the same field, arguments and types."""
    if len(uses) == 1:
        return uses
    return {(use.parent.name, use.name, use.arguments.text, use.types): use for use in uses}.values()


def _types(uses: list[Field]) -> frozenset[str]:
    types = uses[0].types
    different = {use.types for use in uses}
    return types if len(different) == 1 else frozenset().union(*different)


def _of_the_most_costly_type(amounts: Mapping[frozenset[str], Amount]) -> Amount:
    """The largest sum that one type has, given the amounts of the sets of types that have them."""
    if len(amounts) <= 1:
        return total(amounts.values())
    of_type: dict[str, list[int]] = {}
    each = list(amounts.items())
    for number, (types, _) in enumerate(each):
        for type_ in types:
            of_type.setdefault(type_, []).append(number)
    return maximum(total(each[number][1] for number in numbers) for numbers in set(map(tuple, of_type.values())))


def _definition(use: Field) -> GraphQLField:
    definition: GraphQLField = cast(GraphQLObjectType | GraphQLInterfaceType, use.parent).fields[use.name]
    return definition


def _default_of(argument: GraphQLArgument | None) -> list[int]:
    """The default value of a slicing argument, if it has one."""
    if argument is None or argument.default is None:
        return []
    literal = argument.default.literal
    value = argument.default.value if literal is None else value_from_ast_untyped(literal)
    return [max(0, value)] if isinstance(value, int) else []


def _sliced(variables: tuple[str, ...], known: int | None, default: int) -> Amount:
    """The largest of the known size and the variables; the default where there is none of them."""

    def of(values: Variables) -> int:
        found = known
        for name in variables:
            value = values.get(name)
            if isinstance(value, int) and (found is None or value > found):
                found = value
        return default if found is None else max(0, found)

    return of
