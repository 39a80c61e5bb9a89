"""What the routes of the server have in common: the application, the API key, bodies with a limit, errors as JSON."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request, Response
from starlette.requests import HTTPConnection

from hanse.registry.errors import TooLarge
from hanse.registry.server import queries
from hanse.registry.server.app import RegistryApp
from hanse.registry.server.graphql_http import registry_error
from hanse.registry.server.keys import ApiKey
from hanse.registry.wire import error_json
from hanse_wire.json_codec import encode_json

JSON = "application/json"


def get_registry(connection: HTTPConnection) -> RegistryApp:
    """The registry that the application serves."""
    registry: RegistryApp = connection.app.state.registry
    return registry


Registry = Annotated[RegistryApp, Depends(get_registry)]


async def get_key(registry: Registry, request: Request) -> ApiKey:
    """The API key in `Authorization: Bearer KEY`. Raises Unauthenticated."""
    scheme, _, presented = request.headers.get("authorization", "").partition(" ")
    found = presented.strip() if scheme.lower() == "bearer" else ""
    return await queries.api_key(registry.database, found, registry.service.now())


Key = Annotated[ApiKey, Depends(get_key)]


async def read_body(request: Request, max_bytes: int) -> bytes:
    """The body of a request. Raises TooLarge as soon as it has more bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise TooLarge(f"the body is larger than {max_bytes} bytes")
    return bytes(body)


def json_response(value: Any, status: int = 200) -> Response:
    """A response of JSON that no cache keeps."""
    return Response(encode_json(value), status, {"cache-control": "no-store"}, JSON)


async def answer_error(request: Request, error: Exception) -> Response:
    """The response to an error of the registry or its database."""
    known = registry_error(error)
    if known is None:
        raise error
    headers = {"www-authenticate": "Bearer"} if known.status == 401 else {}
    response = json_response({"errors": [error_json(known)]}, known.status)
    response.headers.update(headers)
    return response
