"""Runs one GraphQL request of any transport: decode, execute, commit once, encode."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError, OperationType
from sqlalchemy.exc import DBAPIError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType as StrawberryOperationType

from hanse_subgraph.auth import Caller
from hanse_subgraph.context import RequestContext
from hanse_subgraph.db_errors import client_error, is_serialization_failure, is_unavailable, reason, retry_delays
from hanse_subgraph.errors import ClientError
from hanse_subgraph.federation import SubgraphSchema, cause_of, formatted_error
from hanse_wire.json_codec import JsonError, decode_json, encode_json

log = logging.getLogger(__name__)

WITHOUT_STREAM = frozenset({StrawberryOperationType.QUERY, StrawberryOperationType.MUTATION})

MakeContext = Callable[[Caller, bool], RequestContext]  # whether it writes


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """One request as the specification "GraphQL over HTTP" has it."""

    query: str
    variables: dict[str, Any] = field(default_factory=dict)
    operation_name: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP status and a GraphQL response as JSON."""

    status: int
    body: bytes


class MalformedRequest(ClientError):
    """The body is not a GraphQL request."""


def decode_request(body: bytes) -> GraphQLRequest:
    """The request in a body of JSON. Raises MalformedRequest."""
    try:
        payload = decode_json(body)
    except JsonError as error:
        raise MalformedRequest("The body is not valid JSON.") from error
    return request_from(payload)


def request_from(payload: Any) -> GraphQLRequest:
    """The request in decoded JSON. Raises MalformedRequest."""
    if not isinstance(payload, dict):
        raise MalformedRequest("The body must be a JSON object.")
    query, variables, name = payload.get("query"), payload.get("variables"), payload.get("operationName")
    if not isinstance(query, str) or not query.strip():
        raise MalformedRequest("The request lacks its query.")
    if variables is not None and not isinstance(variables, dict):
        raise MalformedRequest("variables must be a JSON object.")
    if name is not None and not isinstance(name, str):
        raise MalformedRequest("operationName must be a text.")
    return GraphQLRequest(query, variables or {}, name or None)


class Execution:
    """Runs requests over one subgraph's schema."""

    def __init__(self, graph: SubgraphSchema, make_context: MakeContext, on_commit: Callable[[], None]) -> None:
        """`on_commit` is called after each commit: it wakes the relay."""
        self._graph = graph
        self._make_context = make_context
        self._on_commit = on_commit

    async def run(self, request: GraphQLRequest, caller: Caller) -> Reply:
        """The reply to a query or a mutation."""
        try:
            kind = self._graph.documents.operation_type(request.query, request.operation_name)
            if kind is None and self._graph.documents.operation_types(request.query):
                raise CannotGetOperationTypeError(request.operation_name)
            return _encoded(await self._settled(request, caller, writes=kind is OperationType.MUTATION))
        except CannotGetOperationTypeError:
            return error_reply(400, MalformedRequest(_unknown_operation(request)))
        except InvalidOperationTypeError:
            return error_reply(400, MalformedRequest("Subscriptions need a stream: use a WebSocket."))
        except Exception as error:
            if client_error(error) is None:
                log.exception("request failed")
            else:
                log.warning("request failed in the database: %s", reason(error))
            return _encoded(ExecutionResult(data=None, errors=[GraphQLError("", original_error=error)]))

    async def _settled(self, request: GraphQLRequest, caller: Caller, *, writes: bool) -> ExecutionResult:
        """The result of the operation, committed once. Raises the database's error when a mutation had one.

        An operation that the database rolled back for a concurrent one, or whose connection was lost before the commit,
        is run again from its start, for some seconds. A mutation with a database error in any field is rolled back as a
        whole.
        """
        for delay in retry_delays():
            context = self._make_context(caller, writes)
            try:
                result: ExecutionResult = await self._graph.execute(
                    request.query,
                    variable_values=request.variables,
                    context_value=context,
                    operation_name=request.operation_name,
                    allowed_operation_types=WITHOUT_STREAM,
                )
                failure = _database_error(result) or await self._commit(context)
            finally:
                await context.close()
            if failure is None:
                return result
            if not (is_serialization_failure(failure) or is_unavailable(failure)):
                break
            await asyncio.sleep(delay)
        if writes and failure is not None:
            raise failure
        return result

    async def _commit(self, context: RequestContext) -> Exception | None:
        """Commit; returns the error when the database rolled back for a concurrent transaction."""
        try:
            if await context.commit():
                self._on_commit()
        except DBAPIError as error:
            if not is_serialization_failure(error):
                raise
            return error
        return None

    async def stream(self, request: GraphQLRequest, caller: Caller) -> AsyncGenerator[Reply, None]:
        """The events of a subscription; one event for a query or a mutation.

        An event of another status than 200 is the only one: the operation did not run.
        """
        kind = self._graph.documents.operation_type(request.query, request.operation_name)
        if kind is not OperationType.SUBSCRIPTION:
            yield await self.run(request, caller)
            return
        context = self._make_context(caller, False)
        try:
            events: Any = await self._graph.stream(
                request.query,
                variable_values=request.variables,
                context_value=context,
                operation_name=request.operation_name,
            )
            async with aclosing(events):
                async for event in events:
                    yield _encoded(event)
        finally:
            await context.close()


def _database_error(result: ExecutionResult) -> Exception | None:
    """The first error that a resolver had with the database."""
    causes = (cause_of(error) for error in result.errors or ())
    return next((cause for cause in causes if isinstance(cause, Exception) and client_error(cause)), None)


def _unknown_operation(request: GraphQLRequest) -> str:
    if request.operation_name is None:
        return "The document needs operationName."
    return f"The document has no operation named {request.operation_name!r}."


def _encoded(result: ExecutionResult) -> Reply:
    errors = result.errors or ()
    # Variables of a wrong type are found when execution starts: such a result has no data, and its errors no path.
    started = result.data is not None or any(error.path is not None or cause_of(error) for error in errors)
    response: dict[str, Any] = {"data": result.data} if started else {}
    if errors:
        response["errors"] = [formatted_error(error) for error in errors]
    return Reply(200 if started else 400, encode_json(response))


def error_reply(status: int, error: ClientError) -> Reply:
    """A refusal before execution, as a GraphQL response without data."""
    return Reply(status, encode_json({"errors": [{"message": error.message, "extensions": error.extensions}]}))
