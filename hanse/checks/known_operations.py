"""Operations that clients are known to send, and what they use of the published schema."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from graphql import parse

from hanse.checks.graphs import Graph
from hanse_router.errors import RouterError
from hanse_router.operation import Operation
from hanse_router.prepare.validate import choose_operation
from hanse_schema.checks.operation_use import OperationUse, operation_use
from hanse_schema.checks.report import ClientUse


@dataclass(frozen=True, slots=True)
class KnownOperation:
    """An operation that clients send: `name` chooses it in its document, and `source` says where it is from.

    `label` is its name in reports where its document does not have one. `counts` is false where only excluded clients
    send it, or too few requests, or none within the window.
    """

    text: str
    name: str | None
    hash: str
    source: str
    clients: tuple[ClientUse, ...] = ()
    counts: bool = True
    label: str = ""

    @property
    def title(self) -> str:
        """Its name, or the beginning of its hash."""
        return self.name or self.label or f"operation {self.hash[:8]}"

    @property
    def requests(self) -> int:
        """The number of requests of all its clients."""
        return sum(client.count for client in self.clients)


@dataclass(frozen=True)
class FittingOperation:
    """A known operation that is valid for the published schema; `operation` is expanded over it."""

    known: KnownOperation
    operation: Operation
    graph: Graph

    @cached_property
    def use(self) -> OperationUse:
        """What it uses of the published schema."""
        document = parse(self.known.text)
        return operation_use(self.graph.api, document, choose_operation(document, self.known.name))


@dataclass(frozen=True, slots=True)
class Refusal:
    """A known operation that a schema refuses, and why."""

    known: KnownOperation
    reason: str


def prepare(known: KnownOperation, graph: Graph) -> Operation | Refusal:
    """The operation over a graph, or why it does not fit."""
    try:
        return graph.preparer.prepare(known.text, known.name).operation
    except RouterError as error:
        return Refusal(known, "; ".join(str(one["message"]) for one in error.formatted()))


CheckedOperation = tuple[FittingOperation, Operation | Refusal]
"""An operation before a change and after it."""


def fit(operations: Iterable[KnownOperation], graph: Graph) -> tuple[list[FittingOperation], list[Refusal]]:
    """The operations that are valid for the graph, and those that are not."""
    fitting: list[FittingOperation] = []
    refused: list[Refusal] = []
    for known in operations:
        found = prepare(known, graph)
        if isinstance(found, Refusal):
            refused.append(found)
        else:
            fitting.append(FittingOperation(known, found, graph))
    return fitting, refused


def checked(operations: Iterable[FittingOperation], after: Graph) -> list[CheckedOperation]:
    """The operations before a change, each with itself after it."""
    return [(operation, prepare(operation.known, after)) for operation in operations]
