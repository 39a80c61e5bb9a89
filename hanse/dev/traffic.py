"""Recorded traffic of subgraphs: a folder for each, one file for each different request or subscription.

Requests are matched by their normalized body: the operation without its name and insignificant characters, and the
variables in one order. No header is recorded. Values whose names say that they are secret (`password`, `token`, ...)
are replaced by `***` in operations, variables and responses, for matching too.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from graphql import (
    ArgumentNode,
    GraphQLError,
    ObjectFieldNode,
    OperationDefinitionNode,
    StringValueNode,
    Visitor,
    parse,
    print_ast,
    strip_ignored_characters,
    visit,
)

from hanse.whole_file import write_whole
from hanse_router.transports.errors import SubgraphUnreachable

SECRET = re.compile(r"password|passwd|secret|token|authorization|api_?key|credential|cookie", re.IGNORECASE)
HIDDEN = "***"
SCHEMA = "schema.graphql"
MAX_FILES = 10_000  # of one subgraph
MAX_EVENTS = 1_000  # of one subscription, the first ones
MAX_EVENT_BYTES = 10_000_000  # of them together


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request without secrets, in the one form of all requests that mean the same."""

    operation: str
    variables: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """What its file is called."""
        text = json.dumps([strip_ignored_characters(self.operation), self.variables], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(slots=True)
class Events:
    """The first events of a subscription, in order. `complete`: the subgraph ended it after the last of them."""

    bodies: list[bytes] = field(default_factory=list)
    complete: bool = False
    _bytes: int = field(default=0, init=False, compare=False)
    _full: bool = field(default=False, init=False, compare=False)

    def add(self, event: bytes) -> None:
        """Keep one more, unless the maximum number or size is reached."""
        self._bytes += len(event)
        self._full = self._full or len(self.bodies) == MAX_EVENTS or self._bytes > MAX_EVENT_BYTES
        if not self._full:
            self.bodies.append(event)

    def end(self) -> None:
        """The subgraph ended the subscription."""
        self.complete = not self._full


class Traffic:
    """The recorded traffic of one subgraph in a folder."""

    def __init__(self, folder: Path, subgraph: str) -> None:
        self._folder = folder / _folder_name(subgraph)
        self._subgraph = subgraph
        self._count: int | None = None  # of files

    def record(self, body: bytes, reply: bytes) -> None:
        """Write a request and its response. Raises OSError. What is no GraphQL response in JSON is not recorded."""
        try:
            response = orjson.loads(reply)
        except ValueError:
            return
        self._write(body, {"response": without_secrets(response)})

    def record_events(self, body: bytes, events: Events) -> None:
        """Write a subscription and its events. Raises OSError. What is not JSON is not recorded."""
        try:
            found = [without_secrets(orjson.loads(event)) for event in events.bodies]
        except ValueError:
            return
        self._write(body, {"events": found, "complete": events.complete})

    def record_schema(self, sdl: str) -> None:
        """Write the subgraph's SDL. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        write_whole(self._folder / SCHEMA, sdl)

    def schema(self) -> str | None:
        """The recorded SDL; None when there is none."""
        try:
            return (self._folder / SCHEMA).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None

    def reply(self, body: bytes) -> bytes:
        """The recorded response to a request. Raises SubgraphUnreachable when there is none."""
        try:
            return orjson.dumps(self._entry(body)["response"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SubgraphUnreachable(
                f"No response to this request to {self._subgraph} is recorded in {self._folder}."
            ) from error

    def events(self, body: bytes) -> Events:
        """The recorded events of a subscription. Raises SubgraphUnreachable when there are none."""
        try:
            entry = self._entry(body)
            return Events([orjson.dumps(event) for event in entry["events"]], entry["complete"] is True)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SubgraphUnreachable(
                f"No events of this subscription of {self._subgraph} are recorded in {self._folder}."
            ) from error

    def _write(self, body: bytes, recorded: Mapping[str, Any]) -> None:
        request = normalized(body)
        if request is None or not self._has_room():
            return
        entry = {"operation": request.operation, "variables": request.variables, **recorded}
        self._folder.mkdir(parents=True, exist_ok=True)
        write_whole(self._folder / f"{request.digest}.json", f"{json.dumps(entry, indent=2)}\n")

    def _entry(self, body: bytes) -> Any:
        """What is recorded of a request. Raises OSError and ValueError when that is nothing, or no JSON."""
        if (request := normalized(body)) is None:
            raise ValueError("not a GraphQL request")
        return orjson.loads((self._folder / f"{request.digest}.json").read_bytes())

    def _has_room(self) -> bool:
        if self._count is None:
            self._count = sum(1 for _ in self._folder.glob("*.json"))
        self._count += 1
        return self._count <= MAX_FILES


def _folder_name(subgraph: str) -> str:
    """A name for a folder: that of the subgraph, or one like it where that has characters of paths."""
    name = re.sub(r"^\.|[^\w.-]", "_", subgraph)
    return name if name == subgraph else f"{name}-{hashlib.sha256(subgraph.encode()).hexdigest()[:8]}"


def normalized(body: bytes) -> RecordedRequest | None:
    """The request of an encoded body; None when it is no GraphQL request."""
    try:
        request = orjson.loads(body)
        document = parse(request["query"], no_location=True)
    except (ValueError, KeyError, TypeError, GraphQLError):
        return None
    operation = print_ast(visit(document, _Normalize()))
    return RecordedRequest(operation, without_secrets(request.get("variables") or {}))


def without_secrets(value: Any) -> Any:
    """A value of JSON's types with `***` in place of what has a secret's name."""
    if isinstance(value, dict):
        return {name: HIDDEN if _is_secret(name, one) else without_secrets(one) for name, one in value.items()}
    if isinstance(value, list):
        return [without_secrets(one) for one in value]
    return value


def _is_secret(name: str, value: object) -> bool:
    return isinstance(value, str) and SECRET.search(name) is not None


class _Normalize(Visitor):
    """Removes the operation's name, and replaces texts in arguments and input fields that have a secret's name."""

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: object) -> OperationDefinitionNode | None:
        if node.name is None:
            return None
        return OperationDefinitionNode(
            operation=node.operation,
            variable_definitions=node.variable_definitions,
            directives=node.directives,
            selection_set=node.selection_set,
        )

    def enter_argument(self, node: ArgumentNode, *_: object) -> ArgumentNode | None:
        return ArgumentNode(name=node.name, value=StringValueNode(value=HIDDEN)) if _hides(node) else None

    def enter_object_field(self, node: ObjectFieldNode, *_: object) -> ObjectFieldNode | None:
        return ObjectFieldNode(name=node.name, value=StringValueNode(value=HIDDEN)) if _hides(node) else None


def _hides(node: ArgumentNode | ObjectFieldNode) -> bool:
    return isinstance(node.value, StringValueNode) and SECRET.search(node.name.value) is not None
