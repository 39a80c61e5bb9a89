"""The pages of graphs: those that the API key may read, and one with its subgraphs and entities."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from hanse.registry.errors import NotFound
from hanse.registry.pages.entities import entities_of, subgraphs_of
from hanse.registry.pages.graph_drawing import draw_graph
from hanse.registry.pages.rendering import HEADERS, STATIC, batch, path, redirect
from hanse.registry.pages.routing import OfLine, PageRoute, Signed
from hanse.registry.pages.supergraphs import newest_graph
from hanse.registry.server import queries
from hanse.registry.server.keys import Scope
from hanse.registry.store import DEFAULT_VARIANT

DRAWN = 24  # entities in one drawing
MAX_DRAWN_SUBGRAPHS = 48
SUBGRAPHS = 50  # rows of one page
GRAPHS = 100
Start = Annotated[int, Query(ge=0, le=1_000_000)]
graphs = APIRouter(route_class=PageRoute)


@graphs.get("/", summary="The graphs that the API key may read", response_class=Response)
async def all_graphs(visit: Signed, start: Start = 0) -> Response:
    names = [name for name in await queries.graphs(visit.registry.database) if visit.key.may(Scope.READ, name)]
    shown = list(batch(names, start, GRAPHS))
    return visit.page("graphs.html", graphs=shown, total=len(names), start=start, size=GRAPHS)


@graphs.get("/graphs/{graph}", summary="A graph: its first variant", response_class=Response)
async def first_variant(visit: Signed, graph: str) -> Response:
    visit.key.require(Scope.READ, graph)
    names = await queries.variants(visit.registry.database, graph)
    if not names:
        raise NotFound(f"graph {graph!r} has no versions: publish a subgraph")
    return redirect(path("graphs", graph, "variants", DEFAULT_VARIANT if DEFAULT_VARIANT in names else names[0]))


@graphs.get("/graphs/{graph}/variants/{variant}", summary="Subgraphs and entities", response_class=Response)
async def one_graph(of: OfLine, start: Start = 0, subgraphs_start: Start = 0) -> Response:
    supergraph = (await newest_graph(of)).supergraph
    entities = entities_of(supergraph)
    subgraphs = subgraphs_of(supergraph, entities)
    shown = list(batch(entities, start, DRAWN))
    return await of.page(
        "graph.html",
        tab="graph",
        newest=await queries.newest_summary(of.registry.database, of.graph, of.line),
        drawing=draw_graph(shown, MAX_DRAWN_SUBGRAPHS),
        entities=shown,
        total=len(entities),
        start=start,
        size=DRAWN,
        subgraphs=list(batch(subgraphs, subgraphs_start, SUBGRAPHS)),
        subgraphs_total=len(subgraphs),
        subgraphs_start=subgraphs_start,
        subgraphs_size=SUBGRAPHS,
    )


@graphs.get("/style.css", summary="The style sheet", response_class=Response)
def style() -> Response:
    return _file("style.css", "text/css")


@graphs.get("/icon.svg", summary="The icon", response_class=Response)
def icon() -> Response:
    return _file("icon.svg", "image/svg+xml")


def _file(name: str, kind: str) -> Response:
    return Response((STATIC / name).read_bytes(), headers=HEADERS | {"cache-control": "no-cache"}, media_type=kind)
