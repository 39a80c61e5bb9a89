"""Entities with a field whose arguments come from objects above (`@fromContext`): a batch for each set of values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.json import encode

from hanse_router.execute.entities import Batch, GroupInput, Object, objects_at, reader
from hanse_router.query_plan import EntityGroup


class ContextInput:
    """Builds the batches of one entity group with context variables."""

    def __init__(self, group: EntityGroup, group_input: GroupInput) -> None:
        (self._path,) = group.paths
        self._input = group_input
        contexts = sorted(group.contexts, key=lambda context: context.depth)
        self._contexts = [(context.variable, context.depth, reader(context.required)) for context in contexts]

    def batches(self, root: Object) -> list[tuple[Mapping[str, Any], Batch]]:
        """The values of the variables, each with the batch of its entities."""
        parts: dict[bytes, tuple[dict[str, Any], list[Object]]] = {}
        for values, targets in self._walk(root, 0, 0, {}):
            parts.setdefault(encode(values), (values, []))[1].extend(targets)
        return [(values, self._input.batch_of([targets])) for values, targets in parts.values()]

    def _walk(
        self, node: Object, depth: int, number: int, values: dict[str, Any]
    ) -> Iterator[tuple[dict[str, Any], list[Object]]]:
        if number == len(self._contexts):
            yield values, objects_at(node, self._path[depth:])
            return
        variable, deeper, read = self._contexts[number]
        for above in objects_at(node, self._path[depth:deeper]):
            yield from self._walk(above, deeper, number + 1, {**values, variable: read(above)})
