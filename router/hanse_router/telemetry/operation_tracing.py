"""What the pipeline needs of tracing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from hanse_router.operation_kind import OperationKind


class OperationSpan(Protocol):
    """The span of one operation."""

    def completed(self, errors: Iterable[Mapping[str, Any]]) -> None:
        """Record the errors of the response."""
        ...


class OperationTracing(Protocol):
    """Makes a span for each operation."""

    def operation(
        self, kind: OperationKind, name: str | None, headers: Mapping[str, str]
    ) -> AbstractContextManager[OperationSpan]:
        """The span of an operation, in the trace that the client's headers name."""
        ...
