"""A subgraph's HTTP application: GraphQL by POST and WebSocket, health and metrics; and that of a part of it alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, FastAPI, Request, Response, status
from pydantic import BaseModel
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.routing import WebSocketRoute

from hanse_subgraph.auth import Caller
from hanse_subgraph.errors import Unauthenticated, Unavailable
from hanse_subgraph.events.metrics import CONTENT_TYPE
from hanse_subgraph.execution import MalformedRequest, Reply, error_reply
from hanse_subgraph.forms import Form, FormTooLarge, MalformedForm
from hanse_subgraph.subgraph_app import Part, SubgraphApp
from hanse_subgraph.websocket import GraphQLWebSocket
from hanse_wire.multipart_request import is_form
from hanse_wire.request_id import RequestIds

JSON = "application/json"


def get_subgraph(connection: HTTPConnection) -> SubgraphApp:
    """The subgraph that the HTTP application serves; a dependency of routes."""
    subgraph: SubgraphApp = connection.app.state.subgraph
    return subgraph


Subgraph = Annotated[SubgraphApp, Depends(get_subgraph)]


def http_app(subgraph: SubgraphApp) -> FastAPI:
    """The ASGI application of a subgraph; its lifespan starts and stops the subgraph."""
    asgi = _application(subgraph)
    # Starlette's own routes: what a GraphQL request holds is checked by its schema, not by FastAPI.
    asgi.add_route("/graphql", post_graphql, methods=["POST"])
    socket = GraphQLWebSocket(subgraph.graph, subgraph.tokens.caller, subgraph.execution.stream)
    asgi.router.routes.append(WebSocketRoute("/graphql", socket))
    subgraph.add_routes(asgi)
    return asgi


def worker_app(subgraph: SubgraphApp, part: Part) -> FastAPI:
    """The ASGI application of a process that runs one part of a subgraph: health and metrics."""
    return _application(subgraph, part)


def _application(subgraph: SubgraphApp, only: Part | None = None) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await subgraph.start(only)
        try:
            yield
        finally:
            await subgraph.stop()

    # No pages of documentation: FastAPI's load their scripts from other sites.
    asgi = FastAPI(title=f"Hanse subgraph {subgraph.name}", lifespan=lifespan, docs_url=None, redoc_url=None)
    asgi.add_middleware(RequestIds)
    asgi.add_exception_handler(ClientDisconnect, _nothing)
    asgi.state.subgraph = subgraph
    asgi.include_router(operations)
    return asgi


async def _nothing(request: Request, error: Exception) -> Response:
    """Nobody receives the response: the client left, or took too long, before its request was complete."""
    return Response(status_code=status.HTTP_400_BAD_REQUEST)


operations = APIRouter(tags=["operations"])


class Health(BaseModel):
    """The state of a process."""

    status: Literal["live", "ready", "not ready"]


@operations.get("/health/live", summary="Whether the process runs")
async def live() -> Health:
    return Health(status="live")


@operations.get("/health/ready", summary="Whether requests should be sent here", responses={503: {"model": Health}})
async def ready(subgraph: Subgraph, response: Response) -> Health:
    if subgraph.is_ready:
        return Health(status="ready")
    response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return Health(status="not ready")


@operations.get(
    "/metrics",
    summary="Metrics for Prometheus",
    response_class=Response,
    responses={200: {"content": {CONTENT_TYPE: {"schema": {"type": "string"}}}}},
)
async def metrics(subgraph: Subgraph) -> Response:
    return Response(await subgraph.metrics(), media_type=CONTENT_TYPE)


async def post_graphql(request: Request) -> Response:
    """Run a GraphQL request: JSON, or a form with files (GraphQL multipart request)."""
    reply = await _reply_to(get_subgraph(request), request)
    return Response(reply.body, reply.status, media_type=JSON)


async def _reply_to(subgraph: SubgraphApp, request: Request) -> Reply:
    try:
        caller = await subgraph.tokens.caller(request.headers.get("authorization"))
    except Unauthenticated as error:
        return error_reply(401, error)  # bodies of others are not even read
    except Unavailable as error:
        return error_reply(503, error)
    if is_form(request.headers.get("content-type")):
        return await _reply_to_form(subgraph, request, caller)
    return await _reply_to_json(subgraph, request)


async def _reply_to_json(subgraph: SubgraphApp, request: Request) -> Reply:
    max_bytes = subgraph.settings.max_body_bytes
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            return error_reply(413, MalformedRequest(f"The body is larger than {max_bytes} bytes."))
    return await subgraph.reply(bytes(body), request.headers)


async def _reply_to_form(subgraph: SubgraphApp, request: Request, caller: Caller) -> Reply:
    settings = subgraph.settings
    share = subgraph.temporary_bytes.of(caller.principal.user_id or caller.client.ip)
    form = Form(max_body=settings.max_body_bytes, max_file=settings.max_upload_bytes, share=share)
    try:
        files = await form.read(request.stream(), request.headers["content-type"])
        return await subgraph.reply(form.operations, request.headers, files)
    except Unavailable as error:
        return error_reply(503, error)
    except FormTooLarge as error:
        return error_reply(413, error)
    except MalformedForm as error:
        return error_reply(400, error)
    finally:
        await form.close()
