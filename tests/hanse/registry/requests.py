"""Requests to a registry server."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from tests.hanse.registry.servers import RunningRegistry


def send(
    registry: RunningRegistry,
    path: str,
    body: bytes | None = None,
    *,
    key: str = "",
    headers: Mapping[str, str] | None = None,
) -> tuple[int, dict[str, str], bytes]:
    """The status, headers and body of a response."""
    given = {"authorization": f"Bearer {key}", "content-type": "application/json"} if key else {}
    request = urllib.request.Request(f"{registry.url}{path}", data=body, headers={**given, **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.status, {name.lower(): value for name, value in reply.headers.items()}, reply.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read()


def query(registry: RunningRegistry, document: str, key: str, **variables: Any) -> tuple[int, Any]:
    """The status and the response of a GraphQL request."""
    body = json.dumps({"query": document, "variables": variables}).encode()
    status, _, content = send(registry, "/graphql", body, key=key)
    return status, json.loads(content)


def code_of(response: Any) -> str:
    """The code of the first error."""
    return str(response["errors"][0]["extensions"]["code"])
