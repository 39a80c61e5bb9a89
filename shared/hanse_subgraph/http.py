"""A subgraph's HTTP face: GraphQL over POST and WebSocket, and its health; and that of its relay or consumer alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response, WebSocket

from hanse_subgraph.errors import Unauthenticated, Unavailable
from hanse_subgraph.execution import MalformedRequest, error_reply
from hanse_subgraph.forms import FORM, Form, FormTooLarge, MalformedForm
from hanse_subgraph.subgraph_app import Part, SubgraphApp
from hanse_subgraph.websocket import Connection
from hanse_wire.request_id import RequestIds

JSON = "application/json"


def http_app(app: SubgraphApp) -> FastAPI:
    """The ASGI application of a subgraph; its lifespan starts and stops the subgraph."""
    face = _Face(app)
    asgi = _watched(app, face)
    asgi.add_api_route("/graphql", face.post, methods=["POST"])
    asgi.add_api_websocket_route("/graphql", face.socket)
    app.add_routes(asgi)
    return asgi


def worker_app(app: SubgraphApp, part: Part) -> FastAPI:
    """What a process that runs just a part of a subgraph serves: health and metrics."""
    return _watched(app, _Face(app), part)


def _watched(app: SubgraphApp, face: _Face, only: Part | None = None) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await app.start(only)
        try:
            yield
        finally:
            await app.stop()

    asgi = FastAPI(title=app.name, lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    asgi.add_middleware(RequestIds)
    asgi.add_api_route("/health/live", face.live)
    asgi.add_api_route("/health/ready", face.ready)
    asgi.add_api_route("/metrics", face.metrics)
    return asgi


class _Face:
    """The handlers of the routes."""

    def __init__(self, app: SubgraphApp) -> None:
        self._app = app
        self._most = app.settings.max_body_bytes

    async def post(self, request: Request) -> Response:
        if request.headers.get("content-type", "").startswith(FORM):
            return await self._post_form(request)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > self._most:
                reply = error_reply(413, MalformedRequest(f"The body is larger than {self._most} bytes."))
                return Response(reply.body, reply.status, media_type=JSON)
        reply = await self._app.reply(bytes(body), request.headers)
        return Response(reply.body, reply.status, media_type=JSON)

    async def _post_form(self, request: Request) -> Response:
        settings = self._app.settings
        form = Form(max_body=settings.max_body_bytes, max_file=settings.max_upload_bytes)
        try:
            await self._app.tokens.caller(request.headers.get("authorization"))  # nobody else's files are even read
            files = await form.read(request.stream(), request.headers["content-type"])
            reply = await self._app.reply(form.operations, request.headers, files)
        except Unauthenticated as error:
            reply = error_reply(401, error)
        except Unavailable as error:
            reply = error_reply(503, error)
        except FormTooLarge as error:
            reply = error_reply(413, error)
        except MalformedForm as error:
            reply = error_reply(400, error)
        finally:
            await form.close()
        return Response(reply.body, reply.status, media_type=JSON)

    async def socket(self, socket: WebSocket) -> None:
        await Connection(socket, self._app.tokens, self._app.execution.stream).serve()

    async def live(self) -> Response:
        return Response(b'{"status":"live"}', media_type=JSON)

    async def ready(self) -> Response:
        if self._app.is_ready:
            return Response(b'{"status":"ready"}', media_type=JSON)
        return Response(b'{"status":"not ready"}', 503, media_type=JSON)

    async def metrics(self) -> Response:
        from hanse_subgraph.events.metrics import CONTENT_TYPE

        return Response(await self._app.metrics(), media_type=CONTENT_TYPE)


def json_response(body: bytes, *, max_age: int) -> Response:
    """A public document of JSON that may be kept for `max_age` seconds."""
    return Response(body, media_type=JSON, headers={"cache-control": f"public, max-age={max_age}"})
