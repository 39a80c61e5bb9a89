"""Errors of a well-formed request whose operation is not executed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError

from hanse_router.errors.base import RouterError

_MAX_MESSAGE = 1_000  # characters


class OperationRefused(RouterError):
    """A well-formed request whose operation cannot run."""

    status = 400

    @property
    def well_formed(self) -> bool:
        return self.http_status == 400


class _GraphQLErrors(OperationRefused):
    """Several errors with their locations."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__(_short(errors[0].message))
        # Not the errors themselves: their nodes keep the whole document.
        self._formatted = [
            {**error.formatted, "message": _short(error.message), "extensions": {"code": self.error_code}}
            for error in errors
        ]
        for error in errors:
            for one in (error, error.original_error):
                if one is not None:
                    one.__traceback__ = one.__context__ = None  # frames refer to the error, and keep the document

    def formatted(self) -> list[dict[str, Any]]:
        return self._formatted


def _short(message: str) -> str:
    """The message, cut: some quote a value of the document, which may be most of it."""
    return message if len(message) <= _MAX_MESSAGE else f"{message[:_MAX_MESSAGE]} ..."


class SyntaxFailed(_GraphQLErrors):
    """The document is not GraphQL."""

    code = "GRAPHQL_PARSE_FAILED"


class ValidationFailed(_GraphQLErrors):
    """The document does not fit the API schema."""

    code = "GRAPHQL_VALIDATION_FAILED"


class VariablesRefused(_GraphQLErrors):
    """A variable is missing, or is not of its type."""

    code = "BAD_USER_INPUT"


class UnknownOperation(OperationRefused):
    """Which operation of the document to run is not clear."""

    code = "OPERATION_RESOLUTION_FAILURE"


class LimitExceeded(OperationRefused):
    """The operation is larger than a limit in the settings allows."""


class CostTooHigh(OperationRefused):
    """The estimated cost of the operation is above `demand_control.max_cost`."""

    code = "COST_ESTIMATED_TOO_EXPENSIVE"

    def __init__(self, estimated: int, max_cost: int) -> None:
        super().__init__(
            f"The operation has an estimated cost of {estimated}; the maximum is {max_cost} (demand_control.max_cost):"
            " ask for shorter lists or fewer fields, or send several operations.",
            extensions={"cost": {"estimated": estimated, "max": max_cost}},
        )


class SlicingArgumentRequired(OperationRefused):
    """A list has to be limited by exactly one of its slicing arguments."""

    code = "SLICING_ARGUMENT_REQUIRED"

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__(
            f"Give exactly one slicing argument of {', '.join(fields)}, so that the size of the list is known."
        )


class UnplannableOperation(OperationRefused):
    """No plan exists for a valid operation: the supergraph is not satisfiable."""

    code = "QUERY_PLANNING_FAILED"
    status = 500


class PersistedNotFound(RouterError):
    """The hash is not known yet; clients answer this by sending the text too."""

    code = "PERSISTED_QUERY_NOT_FOUND"
    status = 200

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotFound")  # clients compare the message


class PersistedNotSupported(RouterError):
    """Automatic persisted queries are switched off; clients stop using them."""

    code = "PERSISTED_QUERY_NOT_SUPPORTED"
    status = 200

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotSupported")


class PersistedMismatch(RouterError):
    """The hash is not that of the text."""

    code = "PERSISTED_QUERY_HASH_MISMATCH"
    status = 400

    def __init__(self) -> None:
        super().__init__("The sha256Hash of the persisted query is not the SHA-256 of the query sent with it.")


class UntrustedDocument(RouterError):
    """Only trusted documents run here, and this is none."""

    code = "PERSISTED_QUERY_NOT_IN_LIST"
    status = 400
