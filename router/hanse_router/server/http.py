"""GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft): POST with JSON, GET for queries, streams."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator

from hanse_router.engine import Engine
from hanse_router.errors import (
    InternalError,
    InvalidRequest,
    MethodNotAllowed,
    NotAcceptable,
    RouterError,
)
from hanse_router.execute import Freshness, Response
from hanse_router.guards.csrf import CsrfGuard
from hanse_router.lifetime import SupergraphLifetime
from hanse_router.operation_kind import OperationKind
from hanse_router.request import GraphQLRequest, RequestContext
from hanse_router.server.address import ClientAddress
from hanse_router.server.asgi import ClientGone, Header, Receive, Scope, Send, request_headers, respond
from hanse_router.server.body import BodyReader, check_content_type, check_encoding, decode_body, decode_query_string
from hanse_router.server.cors import Cors
from hanse_router.server.multipart import MultipartEncoding
from hanse_router.server.negotiate import Accepted, Form, negotiate
from hanse_router.server.sse import HEADERS as SSE_HEADERS
from hanse_router.server.sse import SseEncoding
from hanse_router.server.streams import Encoding, once, send_stream
from hanse_router.server.upload_body import UploadReader
from hanse_router.telemetry.access_log import AccessLog
from hanse_router.uploads import UploadRequest
from hanse_wire.multipart_request import is_form
from hanse_wire.request_id import HEADER, RAW_HEADER
from hanse_wire.request_id import accept as accept_request_id

_ACCEPTABLE = "application/graphql-response+json, application/json, text/event-stream or multipart/mixed"
_STREAMS = "text/event-stream or multipart/mixed;subscriptionSpec=1.0, or use WebSocket"


class HttpEndpoint:
    """Answers HTTP requests on the path of GraphQL."""

    def __init__(self, engine: Engine, access_log: AccessLog, cors: Cors, address: ClientAddress) -> None:
        settings = engine.settings
        self._engine = engine
        self._log = access_log
        self._cors = cors
        self._csrf = CsrfGuard(settings.csrf, settings.cors)
        self._address = address
        limits = settings.limits
        self._bodies = BodyReader(limits.max_body_bytes, limits.max_pending_bytes)
        self._uploads = self._upload_reader(engine)
        self._streams = settings.streams
        self._encodings: dict[Form, Encoding] = {Form.SSE: SseEncoding(), Form.MULTIPART: MultipartEncoding()}

    @staticmethod
    def _upload_reader(engine: Engine) -> UploadReader | None:
        settings = engine.settings
        if not settings.uploads.enabled:
            return None
        reader = UploadReader(settings.uploads, settings.limits.max_body_bytes)
        engine.metrics.upload_bytes.set_function(lambda: reader.temporary_bytes)
        return reader

    async def __call__(self, scope: Scope, receive: Receive, send: Send, document_id: str | None = None) -> None:
        """Answer one request; `document_id` is that of the path, if there is one."""
        began = time.perf_counter()
        headers = request_headers(scope)
        if scope["method"] == "OPTIONS":
            allow = [(b"allow", b"GET, POST, OPTIONS"), (b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 204, "headers": allow + self._cors.preflight(headers)})
            await send({"type": "http.response.body", "body": b""})
            return
        accepted = negotiate(headers.get("accept"))
        identifier = accept_request_id(headers.get(HEADER))
        extra = [*self._cors.headers(headers.get("origin")), (RAW_HEADER, identifier.encode("ascii"))]
        name: str | None = None
        code: str | None = None
        request: GraphQLRequest | None = None
        try:
            context = await self._engine.context(headers, self._address.of(scope, headers))  # before the body is read
            request = await self._read(scope, receive, context, accepted)
            if document_id is not None:
                request.document_id = document_id
            engine = self._engine
            pipeline = (
                engine.pipeline(request) if engine.branches is None else await engine.chosen_pipeline(request, context)
            )
            operation = pipeline.known(request) or await pipeline.prepared(request, context)
            name = operation.name
            if operation.kind is OperationKind.MUTATION and scope["method"] == "GET":
                raise MethodNotAllowed("A mutation cannot be sent by GET: send it by POST.", "POST")
            if operation.kind is OperationKind.SUBSCRIPTION:
                form = self._stream_form(accepted)
                events = await self._engine.subscribe(pipeline, operation, request, context)
                await self._send_stream(receive, send, events, form, extra, pipeline.lifetime)
                status = 200
            else:
                status = 200
                response = await self._engine.execute(pipeline, operation, request, context)
                if accepted.as_stream:
                    assert accepted.single is not None
                    await self._send_stream(receive, send, once(response), accepted.single, extra, pipeline.lifetime)
                else:
                    if response.freshness is not None:
                        extra = [*extra, *caching_headers(response.freshness)]
                    await respond(send, 200, accepted.content_type, response.encode(), extra)
        except ClientGone:
            return
        except RouterError as error:
            status, code = await self._refuse(send, error, accepted, extra)
        except Exception as error:
            status, code = await self._refuse(send, InternalError(error), accepted, extra)
        finally:
            if isinstance(request, UploadRequest):
                await request.close()
        seconds = time.perf_counter() - began
        self._engine.metrics.count_request("http", status, seconds)
        if self._log.enabled:
            self._log.write(scope, headers, status=status, seconds=seconds, operation=name, code=code)

    async def _read(
        self, scope: Scope, receive: Receive, context: RequestContext, accepted: Accepted
    ) -> GraphQLRequest:
        method, headers = scope["method"], context.headers
        if method == "POST":
            if accepted.single is None:
                raise NotAcceptable(f"None of the accepted media types can be sent: accept {_ACCEPTABLE}.")
            content_type = headers.get("content-type")
            declared = headers.get("content-length")
            if content_type == "application/json" and "content-encoding" not in headers:  # passes every check below
                return decode_body(await self._bodies.read(receive, declared, context.client_ip))
            self._csrf.check(headers)
            if self._uploads is not None and content_type is not None and is_form(content_type):
                check_encoding(headers.get("content-encoding"))
                caller = context.principal.subject or context.client_ip
                return await self._uploads.read(receive, content_type, declared, caller)
            check_content_type(content_type)
            check_encoding(headers.get("content-encoding"))
            return decode_body(await self._bodies.read(receive, declared, context.client_ip))
        if method != "GET":
            raise MethodNotAllowed(f"The method {method} is not answered here: send a POST.", "GET, POST, OPTIONS")
        if accepted.single is None:
            raise NotAcceptable(f"None of the accepted media types can be sent: accept {_ACCEPTABLE}.")
        self._csrf.check(headers)
        return decode_query_string(scope["query_string"])

    def _stream_form(self, accepted: Accepted) -> Form:
        if accepted.stream is None:
            raise NotAcceptable(f"A subscription is a stream: accept {_STREAMS}.")
        if not self._streams.enabled:
            raise InvalidRequest("Subscriptions over HTTP are switched off here (streams.enabled): use WebSocket.")
        return accepted.stream

    async def _send_stream(
        self,
        receive: Receive,
        send: Send,
        events: AsyncGenerator[Response, None],
        form: Form,
        extra: list[Header],
        lifetime: SupergraphLifetime,
    ) -> None:
        await send_stream(
            receive,
            send,
            events,
            self._encodings[form],
            lifetime=lifetime,
            heartbeat_seconds=self._streams.heartbeat_seconds,
            headers=[*SSE_HEADERS, *extra],
        )

    async def _refuse(self, send: Send, error: RouterError, accepted: Accepted, extra: list[Header]) -> tuple[int, str]:
        self._engine.refused(error)
        status = accepted.status(error.http_status, well_formed=error.well_formed)
        body = Response(errors=error.formatted()).encode()
        await respond(send, status, accepted.content_type, body, (*error.headers, *extra))
        return status, error.error_code


def caching_headers(freshness: Freshness) -> list[Header]:
    """The headers that tell clients and proxies how long they may reuse a response (RFC 9111)."""
    if not freshness.max_age:
        return [(b"cache-control", b"no-store")]
    scope = "private" if freshness.private else "public"
    return [
        (b"cache-control", f"max-age={freshness.max_age}, {scope}".encode()),
        (b"vary", ", ".join(freshness.vary).encode()),
        (b"age", b"%d" % freshness.age),
    ]
