"""Deduplicates queries: those that are equal to the last byte, and in flight at the same time, are sent once."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import partial

from hanse_router.deduplication import Deduplicator
from hanse_router.in_flight import Done, InFlight
from hanse_router.operation_kind import OperationKind
from hanse_router.transports.middleware.base import Context, Wrapper
from hanse_router.transports.protocol import Reply, SubgraphRequest, Transport

_TRACE_CONTEXT = frozenset({"traceparent", "tracestate"})  # differ in each request and do not change the response


def deduplicate(inner: Transport, context: Context) -> Transport:
    """Deduplicate queries where the options say so."""
    return DeduplicatingTransport(inner) if context.options.deduplicate else inner


class DeduplicatingTransport(Wrapper):
    """Sends a query once for all callers that send it at the same time with the same headers, which hold the identity.

    Mutations, subscriptions and requests with files are never deduplicated.
    """

    def __init__(self, inner: Transport) -> None:
        super().__init__(inner)
        self._deduplicator: Deduplicator[Reply] = Deduplicator()

    def start(self, request: SubgraphRequest, done: Done[Reply]) -> InFlight:
        if request.kind is not OperationKind.QUERY or request.files:
            return self._inner.start(request, done)
        key = (request.body, relevant_headers(request.headers))
        return self._deduplicator.start(key, partial(self._inner.start, request), done)


def relevant_headers(headers: Mapping[str, str]) -> Hashable:
    """The headers that a subgraph's response may depend on."""
    return frozenset(item for item in headers.items() if item[0] not in _TRACE_CONTEXT)
