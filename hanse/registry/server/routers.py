"""What routers use: the supergraph of a variant or a branch, signed, and usage reports."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from hanse.registry.errors import InvalidInput
from hanse.registry.server import queries
from hanse.registry.server.graphql_http import NUL
from hanse.registry.server.keys import Scope
from hanse.registry.server.requests import Key, Registry, json_response, read_body
from hanse.registry.store import Line
from hanse_wire.supergraph_signature import (
    SIGNATURE_HEADER,
    VERSION_HEADER,
    SupergraphClaims,
    digest,
    sign,
)
from hanse_wire.usage_report import MAX_REPORT_BYTES, UsageReportError, decode_report

routers = APIRouter(prefix="/api/graphs/{graph}/variants/{variant}", tags=["routers"])


@routers.get("/supergraph", summary="The supergraph", response_class=Response)
async def supergraph(
    registry: Registry, key: Key, request: Request, graph: str, variant: str, branch: str | None = None
) -> Response:
    key.require(Scope.READ, graph)
    line = Line(variant, branch)
    await registry.service.bring_up_to_date(graph, line)
    newest = await queries.newest_key(registry.database, graph, line)
    headers = {"etag": newest.etag, VERSION_HEADER: str(newest.number), "cache-control": "private, no-cache"}
    if _matches(request.headers.get("if-none-match", ""), newest.etag):
        registry.metrics.unchanged_polls.inc()
        return Response(status_code=304, headers=headers)
    content = (await queries.schema_text(registry.database, newest.supergraph)).encode()
    if registry.signing_key is not None:
        claims = SupergraphClaims(
            graph=graph,
            variant=variant,
            branch=branch,
            version=newest.number,
            sha256=digest(content),
            iat=int(registry.service.now().timestamp()),
        )
        headers[SIGNATURE_HEADER] = sign(registry.signing_key, claims)
    registry.metrics.new_polls.inc()
    return Response(content, headers=headers, media_type="application/graphql")


@routers.post("/usage", summary="Report usage", status_code=202, response_class=Response)
async def usage(registry: Registry, key: Key, request: Request, graph: str, variant: str) -> Response:
    key.require(Scope.REPORT, graph)
    body = await read_body(request, MAX_REPORT_BYTES)
    if NUL in body:
        raise InvalidInput("a text contains the character NUL: remove it")
    try:
        report = decode_report(body)
    except UsageReportError as error:
        raise InvalidInput(f"the body is not a usage report: {error}") from error
    dropped = await registry.service.add_usage(graph, variant, report)
    return json_response({"entries": len(report.operations), "dropped": dropped}, 202)


def _matches(given: str, etag: str) -> bool:
    """Whether `If-None-Match` names the entity tag."""
    tags = {tag.strip().removeprefix("W/") for tag in given.split(",")}
    return etag in tags or "*" in tags
