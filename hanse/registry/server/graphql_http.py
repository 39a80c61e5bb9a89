"""GraphQL over HTTP: one JSON request, its response, and the codes of its errors."""

from __future__ import annotations

import logging
from typing import Any

from graphql import GraphQLError
from sqlalchemy.exc import SQLAlchemyError

from hanse.registry.errors import InvalidInput, RegistryError, RegistryUnavailable
from hanse.registry.server.document_limits import LIMITS, is_too_large
from hanse.registry.server.graphql_schema import RegistryContext, RegistrySchema
from hanse.registry.wire import error_json
from hanse_subgraph.db_errors import DatabaseUnreachable, reason
from hanse_subgraph.execution import MalformedRequest, decode_request

log = logging.getLogger(__name__)
NUL = b"\\u0000"  # PostgreSQL cannot store it
INVALID = "GRAPHQL_VALIDATION_FAILED"
TOO_LARGE = (
    f"the document is too large, where fragments count at each use: use at most {LIMITS.max_fields} fields, "
    f"{LIMITS.max_depth} levels, {LIMITS.max_aliases} aliases and {LIMITS.max_root_fields} root fields"
)


async def run_graphql(schema: RegistrySchema, body: bytes, context: RegistryContext) -> tuple[int, dict[str, Any]]:
    """The HTTP status and the response of a request. Raises InvalidInput when it is none.

    The status is 200, or without any data that of the first error.
    """
    if NUL in body:
        raise InvalidInput("a text contains the character NUL: remove it")
    try:
        request = decode_request(body)
    except MalformedRequest as error:
        raise InvalidInput(error.message) from error
    if is_too_large(request.query):
        return 400, {"errors": [{"message": TOO_LARGE, "extensions": {"code": INVALID}}]}
    result = await schema.execute(
        request.query,
        variable_values=request.variables,
        context_value=context,
        operation_name=request.operation_name,
    )
    response: dict[str, Any] = {"data": result.data}
    status = 200
    if result.errors:
        found = [_formatted(error) for error in result.errors]
        response["errors"] = [formatted for _, formatted in found]
        status = 200 if result.data is not None else found[0][0]
    return status, response


def registry_error(cause: BaseException) -> RegistryError | None:
    """The error for clients of what failed; None for a fault of the program."""
    if isinstance(cause, RegistryError):
        return cause
    if isinstance(cause, SQLAlchemyError | DatabaseUnreachable | TimeoutError | OSError):
        log.warning("the database failed: %s", reason(cause))
        return RegistryUnavailable("the registry's database is unavailable: retry later")
    return None


def _formatted(error: GraphQLError) -> tuple[int, dict[str, Any]]:
    where = {key: value for key, value in error.formatted.items() if key in ("locations", "path")}
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    if cause is None:  # of the document or its variables
        return 400, {"message": error.message, **where, "extensions": {"code": INVALID}}
    if (known := registry_error(cause)) is not None:
        return known.status, {**error_json(known), **where}
    log.error("a resolver failed", exc_info=cause)
    hidden = {"message": "an error of the registry: its log has the reason", "extensions": {"code": RegistryError.code}}
    return RegistryError.status, {**hidden, **where}
