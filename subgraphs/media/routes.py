"""The HTTP routes of the media subgraph: `POST /files` uploads a file; signed URLs upload and download objects."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect

from hanse_subgraph.auth import Caller, Client, RouterTokens
from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.context import RequestContext
from hanse_subgraph.db_errors import client_error, reason
from hanse_subgraph.errors import ClientError, Forbidden, NotFound, Unauthenticated
from hanse_subgraph.ids import known_id
from hanse_subgraph.storage.local import ROUTE, LocalStore
from hanse_subgraph.storage.protocol import ObjectMissing, Served, SizeMismatch, StoreUnavailable
from hanse_subgraph.storage.signing import WrongSignature
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.media import repository
from subgraphs.media.errors import FilesUnavailable, TooLarge
from subgraphs.media.models import Media, MediaState
from subgraphs.media.ranges import NotSatisfiable, byte_range
from subgraphs.media.schema import WRITE
from subgraphs.media.settings import MediaSettings
from subgraphs.media.upload_body import UploadBody
from subgraphs.media.uploads import Uploads

log = logging.getLogger(__name__)
STATUS = {"UNAUTHENTICATED": 401, "FORBIDDEN": 403, "NOT_FOUND": 404, "CONFLICT": 409, "SERVICE_UNAVAILABLE": 503}
# Content is untrusted: browsers must neither execute it nor guess another type.
SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; img-src 'self'; media-src 'self'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
    "referrer-policy": "no-referrer",
}

Handler = Callable[[Request], Awaitable[Response]]


def add_file_routes(
    asgi: FastAPI, app: SubgraphApp, settings: MediaSettings, uploads: Uploads, tokens: RouterTokens
) -> None:
    """Add the routes under /files to the HTTP application. Signed URLs are served only for a local store."""
    asgi.add_middleware(
        CORSMiddleware,
        allow_origins=list(settings.allowed_origins),
        allow_methods=["GET", "HEAD", "POST", "PUT"],
        allow_headers=["*"],
        expose_headers=["content-range", "accept-ranges", "etag", "content-disposition"],
        max_age=600,
    )
    asgi.add_route("/files", _with_error_responses(_Upload(app, uploads, tokens).post), methods=["POST"])
    if isinstance(uploads.store, LocalStore):
        objects = _Objects(app, uploads.store)
        asgi.add_route(f"{ROUTE}/{{key:path}}", _with_error_responses(objects.put), methods=["PUT"])
        asgi.add_route(f"{ROUTE}/{{key:path}}", _with_error_responses(objects.get), methods=["GET", "HEAD"])


class _Upload:
    """Uploads by clients with an access token."""

    def __init__(self, app: SubgraphApp, uploads: Uploads, tokens: RouterTokens) -> None:
        self._app = app
        self._uploads = uploads
        self._tokens = tokens

    async def post(self, request: Request) -> Response:
        """Store the file in the body. Responds with 201 and the file as JSON."""
        caller = await self._caller(request)
        owner_id = caller.principal.require_scope(WRITE)
        body = UploadBody(request, max_bytes=self._uploads.max_bytes)
        if body.declared_too_large():
            raise TooLarge(self._uploads.max_bytes)
        content = await self._uploads.ingest(body.content())
        context = RequestContext(self._app.database, caller, writes=True)
        try:
            row = await self._uploads.add(owner_id, content, body.name, context)
            await context.commit()
        finally:
            await context.close()
        self._app.wake_relay()
        return Response(orjson.dumps(await self._as_json(row)), 201, media_type="application/json")

    async def _caller(self, request: Request) -> Caller:
        try:
            caller = await self._tokens.caller(request.headers.get("authorization"))
        except Unauthenticated as error:
            raise Unauthenticated(
                "A valid access token is required in the header `authorization: Bearer <token>`."
            ) from error
        address = request.client.host if request.client else None
        return Caller(caller.principal, Client(address, request.headers.get("user-agent")))

    async def _as_json(self, row: Media) -> dict[str, Any]:
        return {
            "id": row.id,
            "name": row.name,
            "mimeType": row.mime_type,
            "sizeBytes": row.size_bytes,
            "sha256": row.sha256,
            "width": row.width,
            "height": row.height,
            "url": await self._uploads.url(row),
            "thumbnailUrl": await self._uploads.thumbnail_url(row),
        }


class _Objects:
    """Uploads and downloads of local objects by signed URL."""

    def __init__(self, app: SubgraphApp, store: LocalStore, *, clock: Clock = utc_now) -> None:
        self._app = app
        self._store = store
        self._clock = clock

    async def put(self, request: Request) -> Response:
        """Store the object of an announced file."""
        key = request.path_params["key"]
        size, content_type = self._store.upload_of(key, request.query_params, self._clock())
        if request.headers.get("content-type") != content_type:
            return _error_response(400, "BAD_USER_INPUT", f"The header content-type must be {content_type}.")
        if request.headers.get("content-length") not in (None, str(size)):
            return _error_response(400, "BAD_USER_INPUT", f"The content must have exactly {size} bytes.")
        await self._require_announced(key)
        await self._store.put(key, request.stream(), content_type=content_type, size=size)
        return Response(status_code=204)

    async def get(self, request: Request) -> Response:
        """Respond with the object, or a range of it."""
        key = request.path_params["key"]
        served, seconds = self._store.download_of(key, request.query_params, self._clock())
        size = await self._store.size(key)
        etag = f'"{key.rpartition("/")[2]}"'  # the content of a key never changes
        headers = _headers(served, etag, seconds)
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        range_header = request.headers.get("range") if request.headers.get("if-range", etag) == etag else None
        try:
            part = byte_range(range_header, size)
        except NotSatisfiable:
            return Response(status_code=416, headers=headers | {"content-range": f"bytes */{size}"})
        start, end = part or (0, size)
        headers["content-length"] = str(end - start)
        if part:
            headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
        status = 206 if part else 200
        if request.method == "HEAD":
            return Response(status_code=status, headers=headers)
        return StreamingResponse(self._store.open(key, start, end), status, headers)

    async def _require_announced(self, key: str) -> None:
        media_id = known_id(key.rpartition("/")[2])
        async with self._app.database.reading() as session:
            row = (await repository.media_by_id(session, [media_id])).get(media_id) if media_id else None
        if row is None or row.state != MediaState.ANNOUNCED or key != row.incoming_key:
            raise NotFound("Media")


def _headers(served: Served, etag: str, seconds: int) -> dict[str, str]:
    return {
        "content-type": served.content_type,
        "content-disposition": served.disposition,
        "accept-ranges": "bytes",
        "etag": etag,
        "cache-control": f"private, max-age={seconds}, immutable",
        **SECURITY_HEADERS,
    }


def _with_error_responses(handle: Handler) -> Handler:
    """Wrap a handler so that errors become responses in the format of GraphQL errors."""

    async def respond(request: Request) -> Response:
        try:
            return await handle(request)
        except ClientError as error:
            status = 413 if isinstance(error, TooLarge) else STATUS.get(error.code, 400)
            return _error_response(status, error.code, error.message, error.extensions)
        except WrongSignature as error:
            return _error_response(403, Forbidden.code, str(error))
        except ObjectMissing:
            return _error_response(404, NotFound.code, "The file does not exist.")
        except SizeMismatch as error:
            return _error_response(400, "BAD_USER_INPUT", str(error))
        except StoreUnavailable as error:
            log.error("object store unavailable: %s", error)
            unavailable = FilesUnavailable()
            return _error_response(503, unavailable.code, unavailable.message)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody receives it
        except Exception as error:
            database_error = client_error(error)
            if database_error is None:
                raise
            log.warning("database error: %s", reason(error))
            return _error_response(503, database_error.code, database_error.message)

    return respond


def _error_response(status: int, code: str, message: str, extensions: dict[str, Any] | None = None) -> Response:
    body = {"errors": [{"message": message, "extensions": extensions or {"code": code}}]}
    headers = {"www-authenticate": "Bearer"} if status == 401 else None
    return Response(orjson.dumps(body), status, headers, media_type="application/json")
