"""A compiled fetch: its request is encoded except for values, its reply is checked when it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from functools import partial
from typing import Any

from hanse_router.execute.call import Call
from hanse_router.execute.conditions import Booleans, any_holds, holds
from hanse_router.execute.context_arguments import ContextInput
from hanse_router.execute.entities import GroupInput, encode
from hanse_router.execute.merge import reply_keys
from hanse_router.in_flight import Done, InFlight, result_of, start_failed
from hanse_router.query_plan import EntityGroup, Fetch, InlineFragment, Selection
from hanse_router.transports.errors import SubgraphUnreachable, TransportError
from hanse_router.transports.protocol import SubgraphRequest


class CompiledGroup:
    """One `_entities` field of a fetch."""

    __slots__ = ("active", "alias", "contexts", "input", "keys", "variable")

    def __init__(self, group: EntityGroup, booleans: Booleans) -> None:
        self.alias = group.alias
        self.variable = group.variable
        self.input = GroupInput(group)
        self.contexts = ContextInput(group, self.input) if group.contexts else None
        self.keys = reply_keys(group.selections)
        self.active = any_holds(group.conditions, booleans)

    def numbered(self, number: int) -> CompiledGroup:
        """The same group in an aliased operation."""
        numbered = copy(self)
        numbered.alias, numbered.variable = f"_e{number}", f"{self.variable}_{number}"
        return numbered


class CompiledFetch:
    """A fetch, with the parts of its request that do not depend on data or variables."""

    __slots__ = (
        "_bare",
        "_head",
        "_tail",
        "fetch",
        "groups",
        "id",
        "keys",
        "kind",
        "root_keys",
        "subgraph",
        "used",
    )

    def __init__(self, fetch: Fetch, booleans: Booleans) -> None:
        self.fetch = fetch
        self.id = fetch.id
        self.kind = fetch.kind
        self.subgraph = fetch.subgraph
        self.used = fetch.variables
        self.groups = tuple(CompiledGroup(group, booleans) for group in fetch.groups)
        self.keys = reply_keys(fetch.selections)
        self.root_keys = _root_keys(fetch.selections, booleans)
        self._head = b'{"query":' + encode(fetch.operation)
        self._tail = b"}"
        if fetch.operation_name is not None:
            self._tail = b',"operationName":' + encode(fetch.operation_name) + b"}"
        self._bare = self._head + self._tail

    def aliased(self, count: int) -> CompiledFetch:
        """The same fetch for so many sets of context values, each with a group of its own."""
        operation = self.fetch.aliased
        assert operation is not None
        aliased = copy(self)
        aliased.groups = tuple(self.groups[0].numbered(number) for number in range(count))
        aliased._head = b'{"query":' + encode(operation.text(count))
        return aliased

    def body(
        self,
        variables: Mapping[str, Any],
        representations: Sequence[bytes] = (),
        contexts: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The encoded request. `representations` has a JSON list for each group, `contexts` values from objects above.

        Only variables that the fetch uses are sent.
        """
        if not self.used and not representations and not contexts:
            return self._bare
        # msgspec, since clients may send integers of any size, and custom scalars of any depth.
        members = [encode(name) + b":" + encode(variables[name]) for name in self.used if name in variables]
        members += [
            encode(group.variable) + b":" + encoded
            for group, encoded in zip(self.groups, representations, strict=False)
        ]
        if contexts:
            members += [encode(name) + b":" + encode(value) for name, value in contexts.items()]
        if not members:
            return self._bare
        return b"".join((self._head, b',"variables":{', b",".join(members), b"}", self._tail))


def _root_keys(selections: Sequence[Selection], booleans: Booleans) -> tuple[str, ...]:
    keys: dict[str, None] = {}
    for selection in selections:
        if not holds(selection.conditions, booleans):
            continue
        if isinstance(selection, InlineFragment):
            keys.update(dict.fromkeys(_root_keys(selection.selections, booleans)))
        else:
            keys[selection.response_key] = None
    return tuple(keys)


Replies = dict[int, tuple[bytes, bytes | TransportError]]
"""The outcome of each fetch, by its id: the body that was sent, and the reply or the error."""


def start(fetch: CompiledFetch, body: bytes, call: Call, done: Done[bytes]) -> InFlight:
    """Send a fetch's request. `done` gets the encoded reply or a TransportError; see `hanse_router.in_flight`."""
    transport = call.transports.get(fetch.subgraph)
    if transport is None:
        return start_failed(SubgraphUnreachable(f"No transport for subgraph {fetch.subgraph}."), done)
    files = [file for name in fetch.used for file in call.files.get(name, ())] if call.files else ()
    request = SubgraphRequest(body, fetch.kind, call.headers(fetch.subgraph), files, call.request_id)
    return transport.start(request, done)


async def send(fetch: CompiledFetch, body: bytes, call: Call) -> bytes:
    """Send a fetch's request; return the encoded reply. Raises TransportError."""
    return await result_of(partial(start, fetch, body, call))
