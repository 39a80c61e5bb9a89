"""Responses of HTML: templates with everything escaped, and headers that let a browser load nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from fastapi import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent
STATIC = HERE / "static"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
MAX_TEXT = 100_000  # characters of one text on a page
Item = TypeVar("Item")


def clipped(text: str, limit: int = MAX_TEXT) -> str:
    """The beginning of a text that is too long for a page, with a note."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}\n... {len(text) - limit:,} more characters"


def path(*parts: str, **query: str | int | None) -> str:
    """A path of the server, quoted; what is None or empty is left out of the query."""
    given = {name: value for name, value in query.items() if value not in (None, "")}
    return "/" + "/".join(quote(part, safe="") for part in parts) + (f"?{urlencode(given)}" if given else "")


def batch(items: Iterable[Item], start: int, size: int) -> Iterator[Item]:
    """The items of one page of a list."""
    return islice(items, start, start + size)


def _moment(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M} UTC"


_TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {"moment": _moment, "clipped": clipped, "number": lambda value: f"{value:,}"}
_TEMPLATES.globals |= {"path": path}


def html(template: str, values: Mapping[str, Any], status: int = 200) -> Response:
    """A page from a template."""
    text = _TEMPLATES.get_template(template).render(values)
    return Response(text, status, HEADERS, "text/html")


def redirect(to: str) -> Response:
    """A redirect to a path of the server, with GET."""
    return Response(status_code=303, headers={**HEADERS, "location": to})
