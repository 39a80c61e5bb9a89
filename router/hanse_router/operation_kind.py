"""The three kinds of GraphQL operations."""

from __future__ import annotations

from enum import Enum


class OperationKind(Enum):
    """The kind of an operation."""

    QUERY = "query"
    MUTATION = "mutation"
    SUBSCRIPTION = "subscription"
