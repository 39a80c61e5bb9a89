"""Running one GraphQL request, however it came: decode, prepare, resolve, commit once, encode."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError, OperationType
from sqlalchemy.exc import DBAPIError
from strawberry.types import ExecutionResult

from hanse_subgraph.auth import Caller
from hanse_subgraph.context import RequestContext
from hanse_subgraph.db_errors import client_error, is_serialization_failure, is_unavailable, pauses, reason
from hanse_subgraph.errors import ClientError
from hanse_subgraph.federation import Document, SubgraphSchema, cause_of, formatted_error
from hanse_wire.json_codec import JsonError, decode_json, encode_json

log = logging.getLogger(__name__)

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
        document = self._graph.prepare(request.query)
        kind = document.operation(request.operation_name)
        refused = _refused(document, kind, request)
        if refused is not None:
            return refused
        if kind is OperationType.SUBSCRIPTION:
            return error_reply(400, MalformedRequest("Subscriptions need a stream: use a WebSocket."))
        try:
            return _encoded(await self._settled(request, document, caller, writes=kind is OperationType.MUTATION))
        except Exception as error:
            if client_error(error) is None:
                log.exception("a request failed")
            else:
                log.warning("the database failed a request: %s", reason(error))
            return _encoded(ExecutionResult(data=None, errors=[GraphQLError("", original_error=error)]))

    async def _settled(
        self, request: GraphQLRequest, document: Document, caller: Caller, *, writes: bool
    ) -> ExecutionResult:
        """The result of the operation, committed once. Raises what went wrong where nothing can be said to have been.

        What the database undid because another went first, or lost with a connection before the commit, is done again
        from the start, for some seconds. A mutation that met trouble anywhere is undone as a whole.
        """
        for pause in pauses():
            context = self._make_context(caller, writes)
            context.document = document.node
            try:
                result: ExecutionResult = await self._graph.execute(
                    request.query,
                    variable_values=request.variables,
                    context_value=context,
                    operation_name=request.operation_name,
                )
                trouble = _trouble_of(result)
                if trouble is None:
                    trouble = await self._commit(context)
            finally:
                await context.close()
            if trouble is None:
                return result
            if not (is_serialization_failure(trouble) or is_unavailable(trouble)):
                break
            await asyncio.sleep(pause)
        if writes and trouble is not None:
            raise trouble
        return result

    async def _commit(self, context: RequestContext) -> Exception | None:
        """Commit; the error where that was undone because another went first."""
        try:
            if await context.commit():
                self._on_commit()
        except DBAPIError as error:
            if not is_serialization_failure(error):
                raise
            return error
        return None

    async def stream(self, request: GraphQLRequest, caller: Caller) -> AsyncIterator[bytes]:
        """The events of a subscription, each a GraphQL response as JSON; one event for a query or a mutation."""
        document = self._graph.prepare(request.query)
        kind = document.operation(request.operation_name)
        refused = _refused(document, kind, request)
        if refused is not None or kind is not OperationType.SUBSCRIPTION:
            yield (refused or await self.run(request, caller)).body
            return
        context = self._make_context(caller, False)
        context.document = document.node
        try:
            events = await self._graph.stream(
                request.query,
                variable_values=request.variables,
                context_value=context,
                operation_name=request.operation_name,
            )
            async with aclosing(events):
                async for event in events:
                    yield _encoded(event).body
        finally:
            await context.close()


def _trouble_of(result: ExecutionResult) -> Exception | None:
    """The first trouble that a resolver had with the database."""
    causes = (cause_of(error) for error in result.errors or ())
    return next((cause for cause in causes if isinstance(cause, Exception) and client_error(cause)), None)


def _refused(document: Document, kind: OperationType | None, request: GraphQLRequest) -> Reply | None:
    if document.errors:
        return Reply(400, _body(None, document.errors, with_data=False))
    if kind is None:
        which = (
            f"has no operation named {request.operation_name!r}" if request.operation_name else "needs operationName"
        )
        return error_reply(400, MalformedRequest(f"The document {which}."))
    return None


def _encoded(result: Any) -> Reply:
    errors = result.errors or ()
    # Variables that do not fit are found when execution starts: no data, and no path.
    started = result.data is not None or any(error.path is not None or cause_of(error) for error in errors)
    return Reply(200 if started else 400, _body(result.data, errors, with_data=started))


def _body(data: Any, errors: Sequence[GraphQLError], *, with_data: bool) -> bytes:
    response: dict[str, Any] = {"data": data} if with_data else {}
    if errors:
        response["errors"] = [formatted_error(error) for error in errors]
    return encode_json(response)


def error_reply(status: int, error: ClientError) -> Reply:
    """A refusal before execution, as a GraphQL response without data."""
    return Reply(status, encode_json({"errors": [{"message": error.message, "extensions": error.extensions}]}))
