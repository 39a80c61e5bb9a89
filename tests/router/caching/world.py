"""A subgraph whose answers say how often it was asked, and a router that keeps them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jwt
import orjson
from graphql import GraphQLError, build_schema, graphql

from hanse_router.app import create_router
from hanse_router.settings import RouterSettings
from hanse_router.transports.protocol import FileAt
from hanse_schema.compose import compose
from hanse_schema.subgraph.model import SubgraphSource
from tests.router.identity.keys import Issuer, Published
from tests.router.platform import Platform, jwt_settings

SHOP = """
extend schema
  @link(
    url: "https://specs.apollo.dev/federation/v2.9"
    import: ["@key", "@authenticated", "@requiresScopes", "@composeDirective"]
  )
  @link(url: "https://hanse.example/cacheControl/v1.0", import: ["@cacheControl"])
  @composeDirective(name: "@cacheControl")
directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean)
  on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
enum CacheControlScope { PUBLIC PRIVATE }
type Query {
  asked(a: Int, any: Any): Int @cacheControl(maxAge: 60)
  fleeting: Int @cacheControl(maxAge: 1)
  never: Int
  zero: Int @cacheControl(maxAge: 0)
  inheriting: Int @cacheControl(inheritMaxAge: true)
  mine: String @cacheControl(maxAge: 60, scope: PRIVATE)
  closed: String @authenticated @cacheControl(maxAge: 60)
  scoped: String @requiresScopes(scopes: [["write"]]) @cacheControl(maxAge: 60)
  fails: Int @cacheControl(maxAge: 60)
  language: String @cacheControl(maxAge: 60)
  product: Product
  rare: Product @cacheControl(maxAge: 5)
  thing: Thing @cacheControl(maxAge: 100)
  unhinted: Unhinted
  either: Either
}
type Product @key(fields: "id") @cacheControl(maxAge: 30) {
  id: ID!
  name: String
  stock: Int @cacheControl(maxAge: 3)
  price: Price
  maker: Maker @cacheControl(inheritMaxAge: true)
  notes: String @cacheControl(scope: PRIVATE)
}
type Price { minor: Int }
type Maker { name: String }
interface Thing { id: ID label: String }
type Good implements Thing { id: ID label: String @cacheControl(maxAge: 7) }
type Bad implements Thing { id: ID label: String @cacheControl(maxAge: 9, scope: PRIVATE) }
type Unhinted { id: ID }
type Ware @cacheControl(maxAge: 40) { id: ID }
type Offer @cacheControl(maxAge: 20) { id: ID }
union Either = Ware | Offer
scalar Any
type Mutation { change: Int @cacheControl(maxAge: 60) }
type Subscription { change: Int @cacheControl(maxAge: 60) }
"""


def supergraph_sdl() -> str:
    """Its supergraph."""
    composition = compose([SubgraphSource(name="shop", url="http://127.0.0.1:1/", sdl=SHOP)])
    assert composition.sdl is not None, composition.errors
    return composition.sdl


class Shop:
    """The subgraph in this process."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._schema = build_schema(SHOP[SHOP.index("type Query") :], assume_valid_sdl=True)

    async def handle(self, body: bytes, headers: Mapping[str, str], files: Sequence[FileAt] = ()) -> tuple[int, bytes]:
        """See LocalEndpoint."""
        request = orjson.loads(body)
        number = next(self._numbers)
        claims = jwt.decode(headers["authorization"].removeprefix("Bearer "), options={"verify_signature": False})
        whose = f"{claims.get('sub', 'nobody')} {number}"

        def fails(_: Any) -> int:
            raise GraphQLError("no")

        def asked(_: Any, **__: Any) -> int:
            return number

        root = SimpleNamespace(
            asked=asked,
            fleeting=number,
            never=number,
            mine=whose,
            closed=whose,
            scoped=whose,
            fails=fails,
            change=number,
            language=f"{headers.get('accept-language')} {number}",
        )
        result = await graphql(self._schema, request["query"], root, variable_values=request.get("variables"))
        return 200, orjson.dumps(result.formatted)

    async def stream(self, body: bytes, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
        """See LocalEndpoint."""
        yield b'{"data":{"change":1}}'


class CachingPlatform(Platform):
    """A router over the shop that keeps responses."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.issuer = Issuer(folder)
        self.jwks = Published(self.issuer.key.public_jwks)
        chosen = {"response_cache": {"enabled": True}, **settings, "jwt": jwt_settings(settings)}
        self.router = create_router(
            RouterSettings.load(None, identity={"key_file": folder / "router.json"}, **chosen),
            supergraph_sdl(),
            local_endpoints={"shop": Shop()},
            jwks={"hanse-users": self.jwks},
        )
