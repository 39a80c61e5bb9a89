"""Entities with a field whose arguments come from objects above (`@fromContext`): a batch for each set of values.

One request asks for all of them, each under an alias with variables of its own; for very many it takes several.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec.json import encode

from hanse_router.execute.entities import Batch, GroupInput, Object, objects_at, reader
from hanse_router.query_plan import EntityGroup

MAX_ALIASES = 250  # in one request

Values = Mapping[str, Any]


def together(parts: Sequence[tuple[Values, Batch]]) -> Iterator[tuple[dict[str, Any], tuple[Batch, ...]]]:
    """What each request sends: the values of its variables, and its batches. One batch needs no aliases."""
    for start in range(0, len(parts), MAX_ALIASES):
        some = parts[start : start + MAX_ALIASES]
        if len(some) == 1:
            yield dict(some[0][0]), (some[0][1],)
            continue
        values = {f"{name}_{n}": value for n, (of_one, _) in enumerate(some) for name, value in of_one.items()}
        yield values, tuple(batch for _, batch in some)


class ContextInput:
    """Builds the batches of one entity group with context variables."""

    def __init__(self, group: EntityGroup, group_input: GroupInput) -> None:
        self._input = group_input
        self._walks = [_Walk(group, number) for number in range(len(group.paths))]

    def batches(self, root: Object) -> list[tuple[Values, Batch]]:
        """The values of the variables, each with the batch of its entities."""
        parts: dict[bytes, tuple[Values, list[list[Object]]]] = {}
        for number, walk in enumerate(self._walks):
            for values, targets in walk.targets(root):
                key = encode(dict(sorted(values.items())))
                parts.setdefault(key, (values, [[] for _ in self._walks]))[1][number].extend(targets)
        batches = [(values, self._input.batch_of(targets)) for values, targets in parts.values()]
        return [(values, batch) for values, batch in batches if batch.representations]


class _Walk:
    """The way along one path of a group, which collects the values above."""

    def __init__(self, group: EntityGroup, number: int) -> None:
        self._path = group.paths[number]
        contexts = sorted(group.contexts, key=lambda context: context.depths[number])
        self._contexts = [(context.variable, context.depths[number], reader(context.required)) for context in contexts]

    def targets(self, root: Object) -> Iterator[tuple[Values, list[Object]]]:
        """The objects at the path by the values above them."""
        return self._walk(root, 0, 0, {})

    def _walk(self, node: Object, depth: int, number: int, values: Values) -> Iterator[tuple[Values, list[Object]]]:
        if number == len(self._contexts):
            yield values, objects_at(node, self._path[depth:])
            return
        variable, deeper, read = self._contexts[number]
        for above in objects_at(node, self._path[depth:deeper]):
            yield from self._walk(above, deeper, number + 1, {**values, variable: read(above)})
