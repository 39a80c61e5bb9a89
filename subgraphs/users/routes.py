"""The HTTP route of the users subgraph beside GraphQL: its public keys."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import BaseModel

from subgraphs.users.keys import SigningKeys

MAX_AGE = 300  # seconds


class JsonWebKeySet(BaseModel):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[dict[str, str]]


def jwks_routes(keys: SigningKeys) -> APIRouter:
    """The route of the public keys."""
    routes = APIRouter(tags=["keys"])

    @routes.get("/.well-known/jwks.json", summary="The public keys that access tokens are verified by")
    async def jwks(response: Response) -> JsonWebKeySet:
        response.headers["cache-control"] = f"public, max-age={MAX_AGE}"
        return JsonWebKeySet.model_validate_json(keys.public_json())

    return routes
