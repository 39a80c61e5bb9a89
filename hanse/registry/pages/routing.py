"""What the pages' routes have in common: who is signed in, forms, the graph of the path, and errors as pages."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import SQLAlchemyError

from hanse.registry.errors import Forbidden, InvalidInput, RegistryError, Unauthenticated
from hanse.registry.pages.rendering import html, path, redirect
from hanse.registry.server import queries, sessions
from hanse.registry.server.app import RegistryApp
from hanse.registry.server.graphql_http import registry_error
from hanse.registry.server.keys import ApiKey, Scope
from hanse.registry.server.requests import Registry, read_body
from hanse.registry.store import DEFAULT_VARIANT, Line
from hanse_subgraph.db_errors import DatabaseUnreachable

COOKIE = "hanse_registry_session"
MAX_FORM_BYTES = 50_000
MAX_FORM_FIELDS = 10
FROM_HERE = frozenset(("same-origin", "none"))


class PageRoute(APIRoute):
    """A route whose errors are pages. A user who is not signed in is led to the sign-in."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with its errors as pages."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except Unauthenticated:
                here = request.url.path if request.method == "GET" else "/"
                return redirect(path("sign-in", next=here if here != "/" else None))
            except RequestValidationError:
                return error_page(InvalidInput("the address has a parameter that is not a number: correct it"))
            except (RegistryError, SQLAlchemyError, DatabaseUnreachable) as error:
                known = registry_error(error)
                return error_page(known if known is not None else RegistryError("an error of the registry"))

        return answer


def error_page(error: RegistryError) -> Response:
    """The page of an error."""
    return html("error.html", {"error": error}, error.status)


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of a user who is signed in: the server, the API key, and the token of its forms."""

    registry: RegistryApp
    key: ApiKey
    form_token: str

    def page(self, template: str, **values: Any) -> Response:
        """A page for the user who is signed in."""
        settings = self.registry.settings
        shared = {"key": self.key, "form_token": self.form_token, "graphiql": settings.graphiql}
        return html(template, shared | values)


async def get_visit(registry: Registry, request: Request) -> Visit:
    """The visit of a request. Raises Unauthenticated."""
    token = request.cookies.get(COOKIE, "")
    key = await sessions.key_of(registry.database, token, registry.service.now())
    return Visit(registry, key, sessions.form_token(token))


Signed = Annotated[Visit, Depends(get_visit)]


@dataclass(frozen=True, slots=True)
class LineVisit:
    """A visit of the pages of a line of versions that the API key may read."""

    visit: Visit
    graph: str
    line: Line

    @property
    def registry(self) -> RegistryApp:
        """The server."""
        return self.visit.registry

    def path(self, *parts: str, **query: str | int | None) -> str:
        """A path below that of the line."""
        return path("graphs", self.graph, "variants", self.line.variant, *parts, branch=self.line.branch, **query)

    async def page(self, template: str, **values: Any) -> Response:
        """A page with the navigation of the line."""
        database = self.registry.database
        shared = {
            "graph": self.graph,
            "line": self.line,
            "variants": await queries.variants(database, self.graph),
            "branches": await queries.branches(database, self.graph, self.line.variant),
            "at": self.path,
        }
        return self.visit.page(template, **shared, **values)


async def get_line(visit: Signed, graph: str, variant: str = DEFAULT_VARIANT, branch: str | None = None) -> LineVisit:
    """The line of the path. Raises Forbidden and NotFound."""
    visit.key.require(Scope.READ, graph)
    line = Line(variant, branch or None)
    await visit.registry.service.bring_up_to_date(graph, line)
    await queries.newest_key(visit.registry.database, graph, line)
    return LineVisit(visit, graph, line)


OfLine = Annotated[LineVisit, Depends(get_line)]


async def get_form(request: Request) -> dict[str, str]:
    """The fields of a form that one of our pages sent. Raises Forbidden, InvalidInput and TooLarge."""
    if request.headers.get("sec-fetch-site", "none") not in FROM_HERE:
        raise Forbidden("the form was sent by another site: use the page of the registry")
    body = await read_body(request, MAX_FORM_BYTES)
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FORM_FIELDS)
    except ValueError:
        raise InvalidInput("the form cannot be read: use the page of the registry") from None
    if any("\0" in value for _, value in fields):
        raise InvalidInput("a text contains the character NUL: remove it")
    return dict(fields)


Form = Annotated[dict[str, str], Depends(get_form)]


async def get_signed_form(request: Request, form: Form) -> dict[str, str]:
    """The fields of a form with the token of the session. Raises Forbidden."""
    if not sessions.is_form_token(request.cookies.get(COOKIE, ""), form.get("form_token", "")):
        raise Forbidden("the form does not belong to this session: load its page again")
    return form


SignedForm = Annotated[dict[str, str], Depends(get_signed_form)]
