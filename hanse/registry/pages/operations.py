"""The pages of a variant's use: operations with their plans, and clients."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from hanse.registry.errors import NotFound
from hanse.registry.pages.plan_drawing import PlanDrawing, draw_plan
from hanse.registry.pages.rendering import batch
from hanse.registry.pages.routing import OfLine, PageRoute
from hanse.registry.pages.supergraphs import ReadGraph, newest_graph
from hanse.registry.pages.usage import summed
from hanse.registry.server import queries
from hanse.registry.server.usage_repository import MAX_ROWS
from hanse_router.planner.print_plan import print_plan

PAGE = 50
Start = Annotated[int, Query(ge=0, le=1_000_000)]
operations = APIRouter(route_class=PageRoute, prefix="/graphs/{graph}/variants/{variant}")


@operations.get("/operations", summary="The operations that clients sent", response_class=Response)
async def used(of: OfLine, start: Start = 0, client: str | None = None) -> Response:
    rows = await queries.operations(of.registry.database, of.graph, of.line.variant, limit=MAX_ROWS)
    found = summed(rows, client)
    return await of.page(
        "operations.html",
        tab="operations",
        client=client,
        days=of.registry.settings.usage_retention_days,
        operations=list(batch(found, start, PAGE)),
        total=len(found),
        start=start,
        size=PAGE,
    )


@operations.get("/operations/{hash}", summary="An operation and its plan", response_class=Response)
async def operation(of: OfLine, hash: str) -> Response:
    rows = await queries.operations(of.registry.database, of.graph, of.line.variant, limit=MAX_ROWS)
    found = summed(row for row in rows if row.hash == hash)
    if not found:
        raise NotFound(f"{of.line} has no such operation, or it is not among its {MAX_ROWS:,} most used ones")
    graph = await newest_graph(of)
    drawing, text, problem = await of.registry.service.compute(lambda: _planned(graph, found[0].signature))
    return await of.page(
        "operation.html", tab="operations", operation=found[0], drawing=drawing, plan=text, problem=problem
    )


@operations.get("/clients", summary="The clients", response_class=Response)
async def clients(of: OfLine, start: Start = 0) -> Response:
    found = await queries.clients(of.registry.database, of.graph, of.line.variant, limit=MAX_ROWS)
    return await of.page(
        "clients.html",
        tab="clients",
        days=of.registry.settings.usage_retention_days,
        clients=list(batch(found, start, PAGE)),
        total=len(found),
        start=start,
        size=PAGE,
    )


def _planned(graph: ReadGraph, signature: str) -> tuple[PlanDrawing | None, str, str]:
    """The drawing and the text of an operation's plan, and why there is none."""
    plan = graph.plan(signature)
    if isinstance(plan, str):
        return None, "", plan
    return draw_plan(plan), print_plan(plan), ""
