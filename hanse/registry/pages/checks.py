"""The pages of checks: the list, and a report with its approvals and the form to approve."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from hanse.registry.pages.rendering import batch, path, redirect
from hanse.registry.pages.reports import read_report
from hanse.registry.pages.routing import LineVisit, OfLine, PageRoute, Signed, SignedForm
from hanse.registry.server import queries
from hanse.registry.server.keys import Scope
from hanse.registry.store import Author, Line

PAGE = 50
FINDINGS = 100  # on one page
Start = Annotated[int, Query(ge=0, le=1_000_000)]
checks = APIRouter(route_class=PageRoute, prefix="/graphs/{graph}")


@checks.get("/variants/{variant}/checks", summary="The checks of a variant", response_class=Response)
async def newest(of: OfLine, start: Annotated[int, Query(ge=0, le=150)] = 0) -> Response:
    limit = start + PAGE + 1
    found = await queries.checks(of.registry.database, of.graph, of.line.variant, limit=limit)
    shown = list(batch(found, start, PAGE))
    return await of.page(
        "checks.html", tab="checks", checks=shown, start=start, size=PAGE, more=len(found) > start + PAGE
    )


@checks.get("/checks/{check_id}", summary="A check", response_class=Response)
async def check(visit: Signed, graph: str, check_id: str, start: Start = 0) -> Response:
    visit.key.require(Scope.READ, graph)
    shown = await queries.check(visit.registry.database, graph, check_id)
    report = read_report(shown.report)
    return await LineVisit(visit, graph, Line(shown.variant)).page(
        "check.html",
        tab="checks",
        check=shown,
        report=report,
        findings=list(batch(report.findings, start, FINDINGS)),
        start=start,
        size=FINDINGS,
        may_approve=visit.key.may(Scope.APPROVE, graph),
    )


@checks.post("/checks/{check_id}/approvals", summary="Approve a check", response_class=Response)
async def approve(visit: Signed, form: SignedForm, graph: str, check_id: str) -> Response:
    visit.key.require(Scope.READ, graph)
    visit.key.require(Scope.APPROVE, graph)
    reason = form.get("reason", "").replace("\r\n", "\n")
    await visit.registry.service.approve(graph, check_id, reason, Author(who=visit.key.name))
    return redirect(path("graphs", graph, "checks", check_id))
