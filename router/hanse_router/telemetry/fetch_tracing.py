"""What the transports need of tracing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from hanse_router.operation_kind import OperationKind


class FetchSpan(Protocol):
    """The span of one request to a subgraph."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers that carry the trace context to the subgraph."""
        ...

    def end(self, error_code: str | None) -> None:
        """End the span; with the code of the error, if there was one."""
        ...


class FetchTracing(Protocol):
    """Starts a span for each request to a subgraph."""

    def start_fetch(self, subgraph: str, kind: OperationKind) -> FetchSpan | None:
        """The span of a request; None outside of an operation that is traced."""
        ...
