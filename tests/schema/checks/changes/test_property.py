"""What a level promises holds for random operations on random schemas.

Without breaking changes, an operation that was valid stays valid and executes without errors. Without dangerous ones
too, each response of the new schema is one that the old schema could have given.

HANSE_PROPERTY_CASES sets how many operations are compared, HANSE_PROPERTY_SEED the first seed.
"""

from __future__ import annotations

import os
import random

from graphql import GraphQLSchema, build_schema

from hanse_schema.checks.changes import ChangeLevel, diff_schemas
from tests.schema.checks.changes.mutations import random_pair
from tests.schema.checks.changes.operations import Operation, Recording, execute, random_operation

CASES = int(os.environ.get("HANSE_PROPERTY_CASES", "60"))
SEED = int(os.environ.get("HANSE_PROPERTY_SEED", "0"))
OPERATIONS_PER_PAIR = 10


class Pair:
    """Two schemas and the changes between them."""

    def __init__(self, seed: int) -> None:
        sources = random_pair(seed)
        self.before, self.after = map(build_schema, sources)
        self.changes = diff_schemas(self.before, self.after)
        self.text = f"seed {seed}\n{sources[0]}\n----\n{sources[1]}\n" + "\n".join(map(str, self.changes))

    def has(self, level: ChangeLevel) -> bool:
        """Whether there is a change of the level."""
        return any(change.level is level for change in self.changes)

    def operations(self, seed: int) -> list[Operation]:
        """Operations that are valid on the old schema, and execute on it without errors."""
        rng = random.Random(seed)
        made = (random_operation(self.before, rng) for _ in range(OPERATIONS_PER_PAIR))
        return [operation for operation in made if operation is not None and _executes(self.before, operation)]


def _executes(schema: GraphQLSchema, operation: Operation) -> bool:
    return operation.is_subscription() or not execute(schema, operation, Recording()).errors


def _check(pair: Pair, operation: Operation) -> None:
    told = f"{pair.text}\n{operation}"
    assert operation.errors_on(pair.after) == [], told
    if operation.is_subscription():
        return
    recording = Recording()
    new = execute(pair.after, operation, recording)
    assert new.errors is None, told
    if not pair.has(ChangeLevel.DANGEROUS):
        old = execute(pair.before, operation, recording, replayed=True)
        assert old.errors is None, told
        assert old.data == new.data, told


def test_operations_keep_what_the_levels_promise() -> None:
    compared, seed = 0, SEED
    while compared < CASES:
        pair = Pair(seed)
        for operation in () if pair.has(ChangeLevel.BREAKING) else pair.operations(seed):
            _check(pair, operation)
            compared += 1
        seed += 1
    print(f"{compared} operations, seeds {SEED} to {seed - 1}")


def test_operations_use_what_changes() -> None:
    """Breaking changes break some of the operations, so those of the other test can break too."""
    pairs = [pair for pair in map(Pair, range(20)) if pair.has(ChangeLevel.BREAKING)]
    broken = [pair for pair in pairs if any(operation.errors_on(pair.after) for operation in pair.operations(0))]
    assert len(broken) >= 2
