"""Sign in with an API key, and sign out."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from hanse.registry.errors import Unauthenticated
from hanse.registry.pages.rendering import html, redirect
from hanse.registry.pages.routing import COOKIE, Form, PageRoute, SignedForm
from hanse.registry.server import sessions
from hanse.registry.server.requests import Registry
from hanse_wire.environment import current_environment

sign_in = APIRouter(route_class=PageRoute)


@sign_in.get("/sign-in", summary="The form to sign in", response_class=Response)
async def form(next: str = "/") -> Response:
    return _form(next, "")


@sign_in.post("/sign-in", summary="Sign in", response_class=Response)
async def begin(registry: Registry, request: Request, form: Form) -> Response:
    to = form.get("next", "/")
    try:
        token = await sessions.begin(registry.database, form.get("key", "").strip(), registry.service.now())
    except Unauthenticated as error:
        return _form(to, error.message.replace(": send it as `Authorization: Bearer KEY`", ""), error.status)
    response = redirect(_local(to))
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(sessions.LIFETIME.total_seconds()),
        secure=request.url.scheme == "https" or current_environment().is_production,
        httponly=True,
        samesite="strict",
    )
    return response


@sign_in.post("/sign-out", summary="Sign out", response_class=Response)
async def end(registry: Registry, request: Request, form: SignedForm) -> Response:
    await sessions.end(registry.database, request.cookies.get(COOKIE, ""))
    response = redirect("/sign-in")
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return response


def _form(next: str, problem: str, status: int = 200) -> Response:
    return html("sign_in.html", {"next": _local(next), "problem": problem}, status)


def _local(to: str) -> str:
    """A path of this server; `/` for anything else."""
    is_path = to.startswith("/") and not to.startswith("//") and "\\" not in to
    return to if is_path and to.isascii() and to.isprintable() else "/"
