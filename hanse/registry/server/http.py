"""The registry's HTTP application: GraphQL, what routers use, the pages, GraphiQL and health."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect

from hanse.registry.errors import RegistryError
from hanse.registry.pages.routes import pages
from hanse.registry.server.app import RegistryApp
from hanse.registry.server.graphiql import graphiql
from hanse.registry.server.graphql_http import run_graphql
from hanse.registry.server.graphql_schema import RegistryContext
from hanse.registry.server.keys import Scope
from hanse.registry.server.metrics import RequestCounts
from hanse.registry.server.requests import Key, Registry, answer_error, json_response, read_body
from hanse.registry.server.routers import routers
from hanse_subgraph.db_errors import DatabaseUnreachable
from hanse_wire.request_id import RequestIds

main_routes = APIRouter()


class Health(BaseModel):
    """The state of the process."""

    status: Literal["live", "ready", "not ready"]


def http_app(registry: RegistryApp) -> FastAPI:
    """The ASGI application of a registry; its lifespan starts and stops the registry."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await registry.start()
        try:
            yield
        finally:
            await registry.stop()

    # No pages of documentation: FastAPI's load their scripts from other sites.
    asgi = FastAPI(title="Hanse registry", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    asgi.add_middleware(RequestCounts, metrics=registry.metrics)
    asgi.add_middleware(RequestIds)
    for kind in (RegistryError, SQLAlchemyError, DatabaseUnreachable):
        asgi.add_exception_handler(kind, answer_error)
    asgi.add_exception_handler(ClientDisconnect, _nothing)
    asgi.state.registry = registry
    asgi.include_router(main_routes)
    asgi.include_router(routers)
    if registry.settings.pages:
        asgi.include_router(pages)
    if registry.settings.graphiql:
        asgi.include_router(graphiql)
    return asgi


@main_routes.post("/graphql", summary="The GraphQL API")
async def graphql(registry: Registry, key: Key, request: Request) -> Response:
    body = await read_body(request, registry.settings.max_body_bytes)
    status, response = await run_graphql(registry.schema, body, RegistryContext(registry.service, key))
    return json_response(response, status)


@main_routes.get("/health/live", summary="Whether the process runs")
async def live() -> Health:
    return Health(status="live")


@main_routes.get("/health/ready", summary="Whether requests should be sent here")
async def ready(registry: Registry, response: Response) -> Health:
    if registry.is_ready:
        return Health(status="ready")
    response.status_code = 503
    return Health(status="not ready")


@main_routes.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
async def metrics(registry: Registry, key: Key) -> Response:
    key.require_server(Scope.METRICS)
    content, headers = registry.metrics.exposition(), {"cache-control": "no-store"}
    return Response(content, headers=headers, media_type=registry.metrics.content_type)


async def _nothing(request: Request, error: Exception) -> Response:
    """Nobody receives the response: the client left before its request was complete."""
    return Response(status_code=400)
