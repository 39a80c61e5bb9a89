"""Errors of the media subgraph's HTTP routes, as responses in the format of GraphQL errors."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.requests import ClientDisconnect

from hanse_subgraph.db_errors import DatabaseUnreachable, client_error, reason
from hanse_subgraph.errors import ClientError, Forbidden, NotFound
from hanse_subgraph.storage.protocol import ObjectMissing, SizeMismatch, StoreUnavailable
from hanse_subgraph.storage.signing import WrongSignature
from subgraphs.media.errors import FilesUnavailable, TooLarge

log = logging.getLogger(__name__)
STATUS = {"UNAUTHENTICATED": 401, "FORBIDDEN": 403, "NOT_FOUND": 404, "CONFLICT": 409, "SERVICE_UNAVAILABLE": 503}
DATABASE_ERRORS = (DBAPIError, PoolTimeout, DatabaseUnreachable, TimeoutError)


class Error(BaseModel):
    """An error, as GraphQL has it. `extensions.code` is stable."""

    message: str
    extensions: dict[str, Any]


class Errors(BaseModel):
    """The body of a response that is an error."""

    errors: list[Error]


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The responses of a route that are errors, for OpenAPI."""
    return {status: {"model": Errors} for status in statuses}


def error_response(status: int, code: str, message: str, extensions: Mapping[str, Any] | None = None) -> JSONResponse:
    """A response that is an error."""
    body = {"errors": [{"message": message, "extensions": extensions or {"code": code}}]}
    return JSONResponse(body, status, {"www-authenticate": "Bearer"} if status == 401 else None)


def add_error_handlers(asgi: FastAPI) -> None:
    """Turn the errors of routes into responses."""

    @asgi.exception_handler(ClientError)
    async def refuse(_: Request, error: ClientError) -> Response:
        status = 413 if isinstance(error, TooLarge) else STATUS.get(error.code, 400)
        return error_response(status, error.code, error.message, error.extensions)

    @asgi.exception_handler(WrongSignature)
    async def wrong_signature(_: Request, error: WrongSignature) -> Response:
        return error_response(403, Forbidden.code, str(error))

    @asgi.exception_handler(ObjectMissing)
    async def object_missing(_: Request, _error: ObjectMissing) -> Response:
        return error_response(404, NotFound.code, "The file does not exist.")

    @asgi.exception_handler(SizeMismatch)
    async def size_mismatch(_: Request, error: SizeMismatch) -> Response:
        return error_response(400, "BAD_USER_INPUT", str(error))

    @asgi.exception_handler(StoreUnavailable)
    async def store_unavailable(_: Request, error: StoreUnavailable) -> Response:
        log.error("object store unavailable: %s", error)
        unavailable = FilesUnavailable()
        return error_response(503, unavailable.code, unavailable.message)

    @asgi.exception_handler(ClientDisconnect)
    async def disconnected(_: Request, _error: ClientDisconnect) -> Response:
        return Response(status_code=400)  # nobody receives it

    async def database_failed(_: Request, error: Exception) -> Response:
        shown = client_error(error)
        if shown is None:
            raise error
        log.warning("database error: %s", reason(error))
        return error_response(503, shown.code, shown.message)

    for kind in DATABASE_ERRORS:
        asgi.add_exception_handler(kind, database_failed)
