"""The HTTP routes of the media subgraph: `POST /files` uploads a file; signed URLs upload and download objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from starlette.middleware.cors import CORSMiddleware

from hanse_subgraph.auth import Caller, Client, RouterTokens
from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.context import RequestContext
from hanse_subgraph.errors import NotFound, Unauthenticated
from hanse_subgraph.http import Subgraph
from hanse_subgraph.ids import known_id
from hanse_subgraph.storage.local import ROUTE, LocalStore
from hanse_subgraph.storage.protocol import Served
from subgraphs.media import repository
from subgraphs.media.errors import TooLarge
from subgraphs.media.http_errors import add_error_handlers, documented, error_response
from subgraphs.media.models import MediaState
from subgraphs.media.ranges import NotSatisfiable, byte_range
from subgraphs.media.schema import WRITE
from subgraphs.media.service import Library
from subgraphs.media.settings import MediaSettings
from subgraphs.media.upload_body import UploadBody
from subgraphs.media.uploads import Uploads

# Content is untrusted: browsers must neither execute it nor guess another type.
SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; img-src 'self'; media-src 'self'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
    "referrer-policy": "no-referrer",
}
BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
FILE_FORM: dict[str, Any] = {"schema": {"type": "object", "properties": {"file": BINARY["schema"]}}}
NAME = {
    "name": "name",
    "in": "query",
    "schema": {"type": "string"},
    "description": "The name of the file, if neither the form nor content-disposition has one.",
}

bearer = HTTPBearer(auto_error=False, description="An access token of the users subgraph, with the scope media:write.")
files = APIRouter(tags=["files"])
objects = APIRouter(prefix=ROUTE, tags=["files"])


@dataclass(frozen=True, slots=True)
class FileServices:
    """What the routes need. The HTTP application has it in its state."""

    library: Library
    uploads: Uploads
    tokens: RouterTokens
    clock: Clock


class StoredFile(BaseModel):
    """A file that was stored."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    id: str
    name: str
    mime_type: str
    size_bytes: int
    sha256: str | None
    width: int | None
    height: int | None
    url: str | None
    thumbnail_url: str | None


def add_file_routes(
    asgi: FastAPI, settings: MediaSettings, library: Library, uploads: Uploads, tokens: RouterTokens
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
    asgi.state.files = FileServices(library, uploads, tokens, utc_now)
    add_error_handlers(asgi)
    asgi.include_router(files)
    if isinstance(uploads.store, LocalStore):
        asgi.include_router(objects)


def get_services(request: Request) -> FileServices:
    """The services in the state of the HTTP application."""
    services: FileServices = request.app.state.files
    return services


Services = Annotated[FileServices, Depends(get_services)]


def get_local_store(services: Services) -> LocalStore:
    """The store of the routes under /files/objects."""
    store = services.uploads.store
    assert isinstance(store, LocalStore)  # without one there are no such routes
    return store


async def get_caller(
    request: Request,
    subgraph: Subgraph,
    services: Services,
    _: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Caller:
    """The owner of the access token. Raises Unauthenticated."""
    try:
        caller = await services.tokens.caller(request.headers.get("authorization"))
    except Unauthenticated as error:
        raise Unauthenticated(
            "A valid access token is required in the header `authorization: Bearer <token>`."
        ) from error
    async with subgraph.database.reading() as session:
        await services.library.require_unrevoked(session, caller)
    address = request.client.host if request.client else None
    return Caller(caller.principal, Client(address, request.headers.get("user-agent")))


Store = Annotated[LocalStore, Depends(get_local_store)]
UploadCaller = Annotated[Caller, Depends(get_caller)]


@files.post(
    "/files",
    status_code=201,
    summary="Upload a file",
    responses=documented(400, 401, 403, 409, 413, 503),
    openapi_extra={
        "parameters": [NAME],
        "requestBody": {"required": True, "content": {"*/*": BINARY, "multipart/form-data": FILE_FORM}},
    },
)
async def upload_file(request: Request, subgraph: Subgraph, services: Services, caller: UploadCaller) -> StoredFile:
    """Store the file in the body, which is the content itself or a form with one file."""
    uploads = services.uploads
    owner_id = caller.principal.require_scope(WRITE)
    share = subgraph.temporary_bytes.of(owner_id)
    body = UploadBody(request, share, max_bytes=uploads.max_bytes)
    if body.declared_too_large():
        raise TooLarge(uploads.max_bytes)
    try:
        content = await uploads.ingest(body.content())
    finally:
        share.close()
    context = RequestContext(subgraph.database, caller, writes=True)
    try:
        row = await uploads.add(owner_id, content, body.name, context)
        await context.commit()
    finally:
        await context.close()
    subgraph.wake_relay()
    return StoredFile(
        id=row.id,
        name=row.name,
        mime_type=row.mime_type,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        width=row.width,
        height=row.height,
        url=await uploads.url(row),
        thumbnail_url=await uploads.thumbnail_url(row),
    )


@objects.put(
    "/{key:path}",
    status_code=204,
    response_class=Response,
    summary="Upload the content of an announced file to a signed URL",
    responses=documented(400, 403, 404, 503),
    openapi_extra={"requestBody": {"required": True, "content": {"*/*": BINARY}}},
)
async def put_object(key: str, request: Request, subgraph: Subgraph, services: Services, store: Store) -> Response:
    """The content must have the size and the content type that were announced."""
    size, content_type = store.upload_of(key, request.query_params, services.clock())
    if request.headers.get("content-type") != content_type:
        return error_response(400, "BAD_USER_INPUT", f"The header content-type must be {content_type}.")
    if request.headers.get("content-length") not in (None, str(size)):
        return error_response(400, "BAD_USER_INPUT", f"The content must have exactly {size} bytes.")
    media_id = known_id(key.rpartition("/")[2])
    async with subgraph.database.reading() as session:
        row = (await repository.media_by_id(session, [media_id])).get(media_id) if media_id else None
    if row is None or row.state != MediaState.ANNOUNCED or key != row.incoming_key:
        raise NotFound("Media")
    await store.put(key, request.stream(), content_type=content_type, size=size)
    return Response(status_code=204)


@objects.head("/{key:path}", include_in_schema=False)
@objects.get(
    "/{key:path}",
    response_class=Response,
    summary="Download an object from a signed URL",
    responses={
        200: {"content": {"*/*": BINARY}, "description": "The object."},
        206: {"content": {"*/*": BINARY}, "description": "A range of the object."},
        304: {"description": "The client's copy is current."},
        416: {"description": "The range begins after the object's end."},
        **documented(403, 404, 503),
    },
)
async def get_object(key: str, request: Request, services: Services, store: Store) -> Response:
    """The object, or the range of it that the header `range` asks for."""
    served, seconds = store.download_of(key, request.query_params, services.clock())
    size = await store.size(key)
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
    return StreamingResponse(store.open(key, start, end), status, headers)


def _headers(served: Served, etag: str, seconds: int) -> dict[str, str]:
    return {
        "content-type": served.content_type,
        "content-disposition": served.disposition,
        "accept-ranges": "bytes",
        "etag": etag,
        "cache-control": f"private, max-age={seconds}, immutable",
        **SECURITY_HEADERS,
    }
