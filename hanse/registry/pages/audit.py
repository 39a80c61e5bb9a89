"""The page of a graph's audit: who did what, the newest first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from hanse.registry.pages.rendering import batch
from hanse.registry.pages.routing import OfLine, PageRoute
from hanse.registry.server import queries

PAGE = 100
MAX_START = 800
audit = APIRouter(route_class=PageRoute, prefix="/graphs/{graph}/variants/{variant}")


@audit.get("/audit", summary="Who did what", response_class=Response)
async def newest(of: OfLine, start: Annotated[int, Query(ge=0, le=MAX_START)] = 0) -> Response:
    found = await queries.audit(of.registry.database, of.graph, limit=start + PAGE + 1)
    return await of.page(
        "audit.html",
        tab="audit",
        entries=list(batch(found, start, PAGE)),
        start=start,
        size=PAGE,
        more=len(found) > start + PAGE and start < MAX_START,
    )
