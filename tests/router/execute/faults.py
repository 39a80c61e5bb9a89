"""Faults of subgraphs, drawn by Hypothesis. The same request always gets the same reply, whoever sends it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from hanse_router.transports.errors import SubgraphTimeout, SubgraphUnreachable, TransportError
from tests.router.execute.chance import Chance

Change = Callable[[Chance, bytes, Any], Any]


class Faults:
    """Changes replies; keeps what it made of each, for the next execution."""

    def __init__(self, change: Change, chance: Chance) -> None:
        self._change = change
        self._chance = chance
        self._known: dict[tuple[str, bytes], bytes | TransportError] = {}

    def with_one_fault(self, number: int, fault: str, value: Any = None) -> Faults | None:
        """The same replies, but one position in one of them is changed; None beyond the last position.

        `fault` is "value" (replaced by `value`) or "missing".
        """
        for request, reply in self._known.items():
            if isinstance(reply, TransportError):
                continue
            decoded = json.loads(reply)
            paths = list(_paths(decoded.get("data"), ("data",)))
            if number < len(paths):
                _change(decoded, paths[number], fault, value)
                changed = Faults(self._change, self._chance)
                changed._known = {**self._known, request: json.dumps(decoded).encode()}
                return changed
            number -= len(paths)
        return None

    def reply(self, subgraph: str, body: bytes, reply: Any) -> bytes:
        """The bytes that the subgraph sends. Raises TransportError."""
        known = self._known.get((subgraph, body))
        if known is None:
            try:
                changed = self._change(self._chance, body, reply)
                known = changed if isinstance(changed, bytes) else json.dumps(changed).encode()
            except TransportError as error:
                known = error
            self._known[subgraph, body] = known
        if isinstance(known, TransportError):
            raise known
        return known


def none(_: Chance, __: bytes, reply: Any) -> Any:
    """No fault."""
    return reply


def failing(chance: Chance, body: bytes, reply: Any) -> Any:
    """Failures as subgraphs report them: an error and null for an entity or a root field, or no reply."""
    if chance.happens(10):
        raise SubgraphUnreachable("gone")
    if chance.happens(10):
        return {"data": None, "errors": [{"message": "all"}]}
    entities = b"representations" in body
    errors: list[Any] = []
    for alias, value in reply["data"].items():
        if not entities and chance.happens(30):
            reply["data"][alias] = None
            errors.append({"message": "field", "path": [alias], "extensions": {"code": "F"}})
        elif entities and isinstance(value, list):
            for index in range(len(value)):
                if chance.happens(30):
                    value[index] = None
                    errors.append({"message": "entity", "path": [alias, index, *chance.pick([(), ("name",)])]})
    return {**reply, "errors": errors} if errors else reply


_BODIES = (b"", b"{", b"null", b"[]", b'{"data":null}', b'{"data":3}', b'{"errors":[]}', b"{}")
VALUES: tuple[Any, ...] = (1, -1.5, "x", True, [], {}, [None], {"__typename": "Nothing"}, 2**40, ["a"])


def spoiled(chance: Chance, body: bytes, reply: Any) -> Any:
    """Anything: no reply, bodies that are no GraphQL, errors anywhere, values of any type anywhere, parts missing."""
    kind = chance.pick(["values", "none", "values", "errors", "values", "body", "late"])
    if kind == "late":
        raise SubgraphTimeout("late")
    if kind == "body":
        return chance.pick(_BODIES)
    if kind == "errors":
        reply["errors"] = [{"message": "m", "path": _a_path(chance, reply["data"])}, "odd", {}]
    if kind in ("values", "errors"):
        for _ in range(chance.count(1, 2)):
            _spoil_somewhere(chance, reply)
    return reply


def _a_path(chance: Chance, value: Any) -> list[Any]:
    path: list[Any] = []
    while isinstance(value, dict | list) and value and not chance.happens(8):
        path.append(chance.pick(list(value) if isinstance(value, dict) else range(len(value))))
        value = value[path[-1]]
    return path


def _spoil_somewhere(chance: Chance, reply: Any) -> None:
    path = _a_path(chance, reply)
    if path:
        kind = chance.pick(["null", "null", "value", "missing"])
        _change(
            reply, path, "missing" if kind == "missing" else "value", chance.pick(VALUES) if kind == "value" else None
        )


def _change(reply: Any, path: Sequence[Any], fault: str, value: Any) -> None:
    parent = reply
    for key in path[:-1]:
        parent = parent[key]
    if fault == "value":
        parent[path[-1]] = value
    else:
        del parent[path[-1]]


def _paths(value: Any, above: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """The paths of everything below a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*above, key)
        yield from _paths(item, (*above, key))
