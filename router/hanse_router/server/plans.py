"""The query plan of an operation, for the plan tab of GraphiQL: POST with JSON, as for an execution."""

from __future__ import annotations

import orjson

from hanse_router.engine import Engine
from hanse_router.errors import InternalError, MethodNotAllowed, RouterError
from hanse_router.execute import Response
from hanse_router.planner.print_plan import plan_to_json, print_plan
from hanse_router.server.address import ClientAddress
from hanse_router.server.asgi import ClientGone, Receive, Scope, Send, request_headers, respond
from hanse_router.server.body import BodyReader, check_content_type, check_encoding, decode_body

PATH = "/graphiql/plan"
JSON = b"application/json"


class PlanEndpoint:
    """Answers requests for plans. The caller is identified and limited as for an execution; nothing is executed."""

    def __init__(self, engine: Engine, address: ClientAddress) -> None:
        limits = engine.settings.limits
        self._engine = engine
        self._address = address
        self._bodies = BodyReader(limits.max_body_bytes, limits.max_pending_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: with `plan`, `text` and `estimatedCost`, or with `errors`."""
        try:
            status, body = 200, await self._plan(scope, receive)
        except ClientGone:
            return
        except RouterError as error:
            status, body = self._refused(error)
        except Exception as error:
            status, body = self._refused(InternalError(error))
        await respond(send, status, JSON, body, [(b"cache-control", b"no-store")])

    async def _plan(self, scope: Scope, receive: Receive) -> bytes:
        headers = request_headers(scope)
        if scope["method"] != "POST":
            raise MethodNotAllowed("A plan is requested by POST.", "POST")
        context = await self._engine.context(headers, self._address.of(scope, headers))
        check_content_type(headers.get("content-type"))
        check_encoding(headers.get("content-encoding"))
        declared = headers.get("content-length")
        request = decode_body(await self._bodies.read(receive, declared, context.client_ip))
        pipeline = self._engine.pipeline(request)
        operation = pipeline.known(request) or await pipeline.prepared(request, context)
        plan = await pipeline.plan(operation, context)
        return orjson.dumps(
            {"plan": plan_to_json(plan), "text": print_plan(plan), "estimatedCost": operation.cost.estimate({})}
        )

    def _refused(self, error: RouterError) -> tuple[int, bytes]:
        self._engine.refused(error)
        return error.http_status, Response(errors=error.formatted()).encode()
