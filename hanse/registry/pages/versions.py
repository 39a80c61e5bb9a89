"""The pages of a line's versions: the list, one version with its schemas, and the difference of two."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from hanse.registry.pages.rendering import batch
from hanse.registry.pages.routing import OfLine, PageRoute
from hanse.registry.server import queries
from hanse.registry.store import Version
from hanse.registry.versions import api_changes
from hanse_schema.checks.changes import Change

PAGE = 50
MAX_COMPARED_LINES = 2_000  # of a schema: the time of the comparison grows with their square
MAX_SHOWN_LINES = 2_000
Start = Annotated[int, Query(ge=0, le=1_000_000)]
MAX_NUMBER = 2**31 - 1
Number = Annotated[int, Query(ge=0, le=MAX_NUMBER)]
versions = APIRouter(route_class=PageRoute, prefix="/graphs/{graph}/variants/{variant}")


@dataclass(frozen=True, slots=True)
class SchemaDiff:
    """The lines of a subgraph's SDL that changed, each with its first character: `+`, `-`, `@` or a blank.

    `problem` says why there are no lines, or not all.
    """

    name: str
    lines: tuple[str, ...] = ()
    problem: str = ""


@versions.get("/versions", summary="The versions of a line", response_class=Response)
async def history(of: OfLine, before: Annotated[int | None, Query(ge=0, le=MAX_NUMBER)] = None) -> Response:
    found = await queries.history(of.registry.database, of.graph, of.line, limit=PAGE + 1, before=before)
    shown = found[:PAGE]
    return await of.page(
        "versions.html", tab="versions", versions=shown, older=shown[-1].number if len(found) > PAGE else None
    )


@versions.get("/versions/{number}", summary="A version", response_class=Response)
async def version(of: OfLine, number: Annotated[int, Path(ge=0, le=MAX_NUMBER)]) -> Response:
    shown = await queries.version(of.registry.database, of.graph, of.line, number)
    return await of.page("version.html", tab="versions", version=shown)


@versions.get("/diff", summary="The difference of two versions", response_class=Response)
async def diff(of: OfLine, old: Number, new: Number, start: Start = 0) -> Response:
    database = of.registry.database
    before = await queries.version(database, of.graph, of.line, old)
    after = await queries.version(database, of.graph, of.line, new)
    changes, schemas = await of.registry.service.compute(lambda: _compared(before, after))
    return await of.page(
        "diff.html",
        tab="versions",
        before=before.summary,
        after=after.summary,
        changes=list(batch(changes, start, PAGE * 2)),
        total=len(changes),
        start=start,
        size=PAGE * 2,
        schemas=schemas if start == 0 else [],
    )


def _compared(before: Version, after: Version) -> tuple[list[Change], list[SchemaDiff]]:
    return api_changes(before.supergraph, after.supergraph), list(_schema_diffs(before, after))


def _schema_diffs(before: Version, after: Version) -> Iterator[SchemaDiff]:
    """The difference of each changed subgraph, the first ones in full."""
    room = MAX_SHOWN_LINES
    for name in sorted({one.name for one in (*before.subgraphs, *after.subgraphs)}):
        old, new = ("" if one is None else one.sdl for one in (before.subgraph(name), after.subgraph(name)))
        if old != new:
            found = schema_diff(name, old, new, room)
            room -= len(found.lines)
            yield found


def schema_diff(name: str, old: str, new: str, room: int) -> SchemaDiff:
    """The difference of a subgraph's SDL, at most `room` lines of it."""
    before, after = old.splitlines(), new.splitlines()
    if max(len(before), len(after)) > MAX_COMPARED_LINES:
        return SchemaDiff(name, problem=f"more than {MAX_COMPARED_LINES:,} lines: use `hanse schema show`")
    lines = [line for line in difflib.unified_diff(before, after, lineterm="", n=2) if line[:3] not in ("---", "+++")]
    problem = f"{len(lines) - room:,} more lines: use `hanse schema show`" if len(lines) > room else ""
    return SchemaDiff(name, tuple(lines[:room]), problem)
