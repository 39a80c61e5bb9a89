"""The HTTP routes of the users subgraph beside GraphQL: its public keys, and the access tokens that are revoked."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Header, Response, status
from pydantic import BaseModel

from subgraphs.users.keys import SigningKeys

MAX_AGE = 300  # seconds


class JsonWebKeySet(BaseModel):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[dict[str, str]]


class Revocation(BaseModel):
    """Revoked access tokens: those of the user `sub` (of the session `sid`, if it is given) issued until `revokedAt`.

    Times are in seconds since the epoch. All of these tokens have expired at `expiresAt`.
    """

    sub: str
    sid: str | None = None
    revokedAt: float
    expiresAt: float


class RevocationList(BaseModel):
    """The revocations in force."""

    revoked: list[Revocation]


def token_routes(keys: SigningKeys, revocations: Callable[[], Awaitable[bytes]]) -> APIRouter:
    """The routes of the public keys, and of the list of revocations that `revocations` reads as JSON."""
    routes = APIRouter(tags=["keys"])

    @routes.get("/.well-known/jwks.json", summary="The public keys that access tokens are verified by")
    async def jwks(response: Response) -> JsonWebKeySet:
        response.headers["cache-control"] = f"public, max-age={MAX_AGE}"
        return JsonWebKeySet.model_validate_json(keys.public_json())

    @routes.get(
        "/.well-known/revocations.json",
        summary="The access tokens that are revoked before they expire",
        response_model=RevocationList,
        responses={304: {"description": "The list has not changed since the `etag` in `if-none-match`."}},
    )
    async def revoked(if_none_match: Annotated[str | None, Header()] = None) -> Response:
        body = await revocations()
        headers = {"etag": f'"{hashlib.sha256(body).hexdigest()}"', "cache-control": "no-cache"}
        if if_none_match == headers["etag"]:
            return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
        return Response(body, media_type="application/json", headers=headers)

    return routes
