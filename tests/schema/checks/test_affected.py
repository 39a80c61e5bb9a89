"""The effect of changes on operations.

The property: an operation that no breaking change affects stays valid and executes without errors, also where other
operations break. Without an effect of a dangerous change either, the old schema could have given the same response.

HANSE_PROPERTY_CASES sets how many operations are compared, HANSE_PROPERTY_SEED the first seed.
"""

from __future__ import annotations

from collections.abc import Callable

from graphql import GraphQLSchema, OperationDefinitionNode, is_abstract_type

from hanse_schema.checks.affected import RULES, effect_of
from hanse_schema.checks.changes import Change, ChangeKind, ChangeLevel
from hanse_schema.checks.operation_use import Use, operation_use
from tests.schema.checks.changes.operations import Operation, Recording, execute
from tests.schema.checks.changes.test_property import CASES, SEED, Pair


def test_every_change_that_can_affect_operations_has_a_rule() -> None:
    assert {kind for kind in ChangeKind if kind.level is not ChangeLevel.SAFE} - RULES.keys() == set()


def affecting(pair: Pair, operation: Operation) -> Callable[[ChangeLevel], list[Change]]:
    """The changes of a level that affect an operation."""
    [definition] = [node for node in operation.document.definitions if isinstance(node, OperationDefinitionNode)]
    use = operation_use(pair.before, operation.document, definition)
    is_valid = not operation.errors_on(pair.after)
    effects = [(change, effect_of(change, use, is_valid=is_valid).use) for change in pair.changes]
    return lambda level: [change for change, found in effects if found is not Use.NONE and change.level is level]


def check(pair: Pair, operation: Operation) -> None:
    affects = affecting(pair, operation)
    if affects(ChangeLevel.BREAKING):
        return
    context = f"{pair.text}\n{operation}"
    assert operation.errors_on(pair.after) == [], context
    if operation.is_subscription():
        return
    recording = Recording()
    new = execute(pair.after, operation, recording)
    assert new.errors is None, context
    if not affects(ChangeLevel.DANGEROUS):
        assert replayed(pair.before, operation, recording) == new.data, context


def is_comparable(pair: Pair) -> bool:
    """Whether every abstract type of the new schema has object types: the generator has no value without."""
    abstract = (type_ for type_ in pair.after.type_map.values() if is_abstract_type(type_))
    return pair.has(ChangeLevel.BREAKING) and all(pair.after.get_possible_types(type_) for type_ in abstract)


def replayed(schema: GraphQLSchema, operation: Operation, recording: Recording) -> object:
    """The data of the old schema, with the values of the new one."""
    old = execute(schema, operation, recording, replayed=True)
    assert old.errors is None
    return old.data


def test_an_operation_that_no_change_affects_keeps_its_response() -> None:
    compared, seed = 0, SEED
    while compared < CASES:
        pair = Pair(seed)
        for operation in pair.operations(seed) if is_comparable(pair) else ():
            check(pair, operation)
            compared += 1
        seed += 1
