"""GraphiQL for the registry's GraphQL API, from the files that the router's GraphiQL has."""

from __future__ import annotations

import html
import mimetypes
from pathlib import Path

from fastapi import APIRouter, Response

from hanse_router.server.pages import POLICY, STATIC
from hanse_wire.json_codec import encode_json

GREETING = """\
# The API of the registry. Write your API key into Headers below:
#   {"Authorization": "Bearer hanse_..."}

query Graphs {
  viewer { name scopes }
  graphs { name variants { name versions(limit: 5) { number who when action detail } } }
}
"""
HEADERS = {
    "content-security-policy": POLICY.decode(),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
graphiql = APIRouter(tags=["GraphiQL"])


@graphiql.get("/graphiql", summary="GraphiQL", response_class=Response)
def page() -> Response:
    config = encode_json({"path": "/graphql", "defaultQuery": GREETING, "subscriptions": False}).decode()
    text = (STATIC / "index.html").read_text(encoding="utf-8").replace("__HANSE_CONFIG__", html.escape(config))
    return Response(text, headers={**HEADERS, "cache-control": "no-cache"}, media_type="text/html")


@graphiql.get("/graphiql/{name}", summary="A file of GraphiQL", response_class=Response)
def asset(name: str) -> Response:
    folder = STATIC / "graphiql"
    file = (folder / name).resolve()
    if file.parent != folder.resolve() or not file.is_file():
        return Response(status_code=404)
    kind = mimetypes.guess_type(Path(name).name)[0] or "application/octet-stream"
    forever = {"cache-control": "public, max-age=31536000, immutable"}  # the names hold a hash of the content
    return Response(file.read_bytes(), headers={**HEADERS, **forever}, media_type=kind)
