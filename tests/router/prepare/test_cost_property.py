"""Over random operations whose lists are no longer than declared, no response costs more than was estimated."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from graphql import (
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    execute_sync,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    parse,
    validate,
)

from hanse_router.prepare.cost import Costs
from hanse_router.prepare.expand import expand_operation
from hanse_router.prepare.variables import prepare_variables
from hanse_router.settings_demand_control import DemandControlSettings
from tests.router.prepare.test_cost import supergraph_of

LIST_SIZE = 2
ASSUMED = {"ten": 10, "grid": 10, "found": 3, "other": 2, "page": 20}
VARIABLES = "$n: Int, $m: Int = 4, $v: Boolean!, $w: Boolean = true"


class World:
    """Random data, with lists of at most the declared size: an implementation of its own, by resolvers."""

    def __init__(self, api_schema: GraphQLSchema, choose: random.Random) -> None:
        self._schema = api_schema
        self._choose = choose

    def resolve(self, source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        sized = source.get("sized", {}) if isinstance(source, dict) else {}
        size = sized.get(info.field_name)
        if size is None:
            size = self._size(info.field_name, arguments)
        below = {"items": size, "edges": size} if info.field_name == "page" else {}
        return self._value(info.return_type, size, below)

    def _size(self, name: str, arguments: dict[str, Any]) -> int:
        given = [max(0, arguments[key]) for key in ("first", "last") if arguments.get(key) is not None]
        return max(given) if given else ASSUMED.get(name, LIST_SIZE)

    def _value(self, type_: Any, size: int, sized: dict[str, int]) -> Any:
        if isinstance(type_, GraphQLNonNull):
            type_ = type_.of_type
        elif self._choose.random() < 0.1:
            return None
        if isinstance(type_, GraphQLList):
            length = size if self._choose.random() < 0.7 else self._choose.randint(0, size)
            return [self._value(type_.of_type, LIST_SIZE, sized) for _ in range(min(length, 12))]
        if not is_composite_type(type_):
            return 1
        names = (
            [one.name for one in self._schema.get_possible_types(type_)] if is_abstract_type(type_) else [type_.name]
        )
        return {"type": self._choose.choice(names), "sized": sized}


class Selections:
    """Random selections over the schema: aliases, fragments of all kinds, conditions, arguments."""

    def __init__(self, api_schema: GraphQLSchema, choose: random.Random) -> None:
        self._schema = api_schema
        self._choose = choose

    def of(self, type_: GraphQLNamedType, depth: int) -> str:
        parts = ["__typename"]
        for _ in range(self._choose.randint(1, 4)):
            if self._choose.random() < 0.3:
                on = self._choose.choice(self._overlapping(type_))
                parts.append(f"... on {on.name} {self._condition()} {self.of(on, depth)}")
            elif not hasattr(type_, "fields"):
                continue
            else:
                parts.append(self._field(type_, depth))
        return "{ " + " ".join(parts) + " }"

    def _overlapping(self, type_: GraphQLNamedType) -> list[GraphQLNamedType]:
        possible = self._possible(type_)
        return [
            one
            for one in self._schema.type_map.values()
            if is_composite_type(one) and not one.name.startswith("__") and self._possible(one) & possible
        ]

    def _possible(self, type_: Any) -> set[str]:
        if is_abstract_type(type_):
            return {one.name for one in self._schema.get_possible_types(type_)}
        return {type_.name}

    def _field(self, type_: Any, depth: int) -> str:
        names = [
            name for name, field in type_.fields.items() if depth or not is_composite_type(get_named_type(field.type))
        ]
        if not names:
            return "__typename"
        name = self._choose.choice(names)
        returned = get_named_type(type_.fields[name].type)
        given = [one for one in ("first", "last") if one in type_.fields[name].args and self._choose.random() < 0.6]
        values = [f"{one}: {self._choose.choice(['$n', '$m', '3', '0', '12', 'null'])}" for one in given]
        arguments = f"({', '.join(values)})" if values else ""
        key = re.sub(r"\W", "_", "".join(values))
        alias = f"{self._choose.choice('ab')}{key}: " if values else ""
        below = self.of(returned, depth - 1) if is_composite_type(returned) else ""
        return f"{alias}{name}{arguments} {self._condition()} {below}"

    def _condition(self) -> str:
        return self._choose.choice(["", "", "", "@include(if: $v)", "@skip(if: $w)", "@skip(if: $v)"])


@pytest.mark.parametrize("seed", range(4))
def test_no_response_costs_more_than_estimated(seed: int) -> None:
    choose = random.Random(seed)
    supergraph, api = supergraph_of()
    world, selections = World(api, choose), Selections(api, choose)
    costs = Costs(supergraph, api, DemandControlSettings(list_size=LIST_SIZE))
    compared = equal = 0
    assert isinstance(api.query_type, GraphQLObjectType)
    while compared < 15:
        text = f"query({VARIABLES}) {selections.of(api.query_type, 2)}"
        document = parse(text)
        if any("is never used" not in error.message for error in validate(api, document)):
            continue
        operation = expand_operation(document, supergraph, api)
        given = {"n": choose.choice([None, 0, 2, 7]), "v": choose.random() < 0.5, "w": choose.choice([True, False])}
        variables = prepare_variables(tuple(operation.variables.values()), api)(given)
        result = execute_sync(
            api,
            document,
            {},
            variable_values=dict(variables),
            field_resolver=world.resolve,
            type_resolver=lambda value, *_: value["type"],
        )
        assert not result.errors, (text, result.errors)
        cost = costs.annotate(operation)
        estimate, actual = cost.estimate(variables), cost.actual(result.data, variables)
        assert estimate >= actual, text
        compared += 1
        equal += estimate == actual
    assert equal  # the estimate is no more than what can be
