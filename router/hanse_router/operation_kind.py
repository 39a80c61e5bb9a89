"""The three kinds of GraphQL operations."""

from __future__ import annotations

from enum import StrEnum


class OperationKind(StrEnum):
    """The kind of an operation."""

    QUERY = "query"
    MUTATION = "mutation"
    SUBSCRIPTION = "subscription"
