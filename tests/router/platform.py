"""A small federated graph for the router's tests: two subgraphs in this process, and clients of the router.

The endpoints implement LocalEndpoint over graphql-core; they note the headers they are sent.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jwt
import orjson
from graphql import ExecutionResult, GraphQLSchema, build_schema, graphql, parse, subscribe

from hanse_router.app import Router, create_router
from hanse_router.identity.revocations import RevocationSource
from hanse_router.settings import RouterSettings
from hanse_router.transports.protocol import FileAt
from hanse_schema.compose import compose
from hanse_schema.subgraph.model import SubgraphSource
from tests.router.identity.keys import Issuer, Published, issuer_settings

ACCOUNTS = """
extend schema
  @link(
    url: "https://specs.apollo.dev/federation/v2.9"
    import: ["@key", "@authenticated", "@requiresScopes", "@policy", "@composeDirective"]
  )
  @link(url: "https://hanse.example/rateLimit/v1.0", import: ["@rateLimit"])
  @composeDirective(name: "@rateLimit")
directive @rateLimit(max: Int!, window: String!) on FIELD_DEFINITION
type Query {
  hello: String!
  echo(a: Int!, b: In, any: Any, real: Float): String
  caller: String
  secret: String @authenticated
  secrets: [Secret!]!
  things: [Thing!]!
  vital: String! @authenticated
  me: User
  limited: Int @rateLimit(max: 3, window: "1h")
  slow: Int
}
interface Thing { id: ID! text: String }
type Secret implements Thing { id: ID! text: String @authenticated }
type Open implements Thing { id: ID! text: String }
type User @key(fields: "id email") {
  id: ID!
  email: String! @requiresScopes(scopes: [["read:email"], ["admin", "all"]])
  nick: String @policy(policies: [["friend"]])
}
scalar Any
input In { x: Int! y: String }
type Mutation { set(x: Int!): Int slowly: Int }
type Subscription { tick(n: Int = 3, pause: Float = 0): Int, own: Int @authenticated }
"""
SCORES = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type User @key(fields: "id email") { id: ID! email: String! score: Int }
"""
_FEDERATION = """
scalar _Any
union _Entity = User
extend type Query { _entities(representations: [_Any!]!): [_Entity]! }
"""


class Endpoint:
    """A subgraph in this process."""

    def __init__(self, name: str, sdl: str, roots: dict[str, Any]) -> None:
        self.name = name
        self.bodies: list[bytes] = []
        self.requests: list[dict[str, Any]] = []
        self.headers: list[Mapping[str, str]] = []
        self.streams = 0
        self._roots = roots
        self._api: GraphQLSchema = build_schema(_plain(sdl), assume_valid_sdl=True)
        user: Any = self._api.type_map["User"]
        user.is_type_of = lambda value, info: True

    async def handle(self, body: bytes, headers: Mapping[str, str], files: Sequence[FileAt] = ()) -> tuple[int, bytes]:
        """See LocalEndpoint."""
        request = self._note(body, headers)
        root = SimpleNamespace(**self._roots, caller=lambda info: self.claims(-1).get("sub", "nobody"))
        result = await graphql(
            self._api, request["query"], root_value=root, variable_values=request.get("variables"), no_location=True
        )
        return 200, json.dumps(result.formatted).encode()

    async def stream(self, body: bytes, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
        """See LocalEndpoint."""
        request = self._note(body, headers)
        document = parse(request["query"])
        source: Any = subscribe(
            self._api, document, SimpleNamespace(**self._roots), variable_values=request.get("variables")
        )
        source = await source if asyncio.iscoroutine(source) else source
        self.streams += 1
        try:
            if isinstance(source, ExecutionResult):
                yield orjson.dumps(source.formatted)
                return
            async for result in source:
                yield orjson.dumps(result.formatted)
        finally:
            self.streams -= 1
            if not isinstance(source, ExecutionResult):
                await source.aclose()

    def claims(self, index: int) -> dict[str, Any]:
        """What the token of a request says; its signature is tested elsewhere."""
        token = self.headers[index]["authorization"].removeprefix("Bearer ")
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
        return claims

    def _note(self, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
        request: dict[str, Any] = json.loads(body)
        self.bodies.append(body)
        self.requests.append(request)
        self.headers.append(headers)
        return request


def _plain(sdl: str) -> str:
    """The SDL without its federation directives, which graphql-core need not know."""
    kept = sdl[sdl.index("type ", sdl.index("type Query") if "type Query" in sdl else 0) :]
    for word in ("@key", "@authenticated", "@requiresScopes", "@policy", "@rateLimit"):
        while (start := kept.find(word)) >= 0:
            end = start + len(word)
            if kept[end : end + 1] == "(":
                end = kept.index(")", end) + 1
            kept = kept[:start] + kept[end:]
    query = "" if "type Query" in kept else "type Query\n"
    return query + kept + _FEDERATION


async def _tick(info: Any, n: int = 3, pause: float = 0) -> AsyncIterator[dict[str, int]]:
    for index in range(n):
        await asyncio.sleep(pause)
        yield {"tick": index}


async def _own(info: Any) -> AsyncIterator[dict[str, int]]:
    yield {"own": 1}


async def _slow(info: Any) -> int:
    await asyncio.sleep(0.5)
    return 1


ANN = {"id": "1", "email": "ann@example.org", "nick": "A"}


def endpoints() -> dict[str, Endpoint]:
    """The subgraphs."""
    accounts = {
        "hello": "world",
        "echo": lambda info, **arguments: json.dumps(arguments, separators=(",", ":")),
        "secret": "s3cret",
        "secrets": [{"id": "1", "text": "t"}],
        "things": [{"__typename": "Secret", "id": "1", "text": "t"}, {"__typename": "Open", "id": "2", "text": "u"}],
        "vital": "v",
        "me": ANN,
        "limited": 1,
        "slow": _slow,
        "set": lambda info, x: x,
        "slowly": _slow,
        "tick": _tick,
        "own": _own,
        "_entities": lambda info, representations: [ANN for _ in representations],
    }
    scores = {"_entities": lambda info, representations: [{"score": len(r["email"])} for r in representations]}
    return {"accounts": Endpoint("accounts", ACCOUNTS, accounts), "scores": Endpoint("scores", SCORES, scores)}


@cache
def supergraph_sdl(accounts: str = ACCOUNTS) -> str:
    """Their supergraph."""
    composition = compose(
        [
            SubgraphSource(name="accounts", url="http://127.0.0.1:1/a", sdl=accounts),
            SubgraphSource(name="scores", url="http://127.0.0.1:1/s", sdl=SCORES),
        ]
    )
    assert composition.sdl is not None, composition.errors
    return composition.sdl


def jwt_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The section `jwt` of settings, with the issuer of a platform."""
    return {"retry_seconds": 0, "issuers": [issuer_settings()], **settings.get("jwt", {})}


class Platform:
    """A router over these subgraphs, and an issuer of tokens."""

    def __init__(
        self,
        folder: Path,
        supergraph_file: Path | None = None,
        replaced: Mapping[str, Endpoint] | None = None,
        revocations: RevocationSource | None = None,
        supergraph_url: str | None = None,
        **settings: Any,
    ) -> None:
        """`replaced` are subgraphs in place of those of `endpoints`, `revocations` the issuer's revoked tokens.

        With `supergraph_url` the router has no supergraph until it starts.
        """
        self.issuer = Issuer(folder)
        self.jwks = Published(self.issuer.key.public_jwks)
        self.subgraphs = {**endpoints(), **(replaced or {})}
        chosen = RouterSettings.load(
            None, **{"identity": {"key_file": folder / "router.json"}, **settings, "jwt": jwt_settings(settings)}
        )
        self.router: Router = create_router(
            chosen,
            supergraph_sdl() if supergraph_url is None else None,
            supergraph_url=supergraph_url,
            local_endpoints=self.subgraphs,
            jwks={"hanse-users": self.jwks},
            revocations={"hanse-users": revocations} if revocations is not None else None,
            supergraph_file=supergraph_file,
        )

    async def post(self, query: str | None, **more: Any) -> Reply:
        """POST a GraphQL request; `headers` are added, everything else goes into the body."""
        headers = {"content-type": "application/json", **more.pop("headers", {})}
        return await self.send("POST", "/graphql", headers=headers, body=orjson.dumps({"query": query, **more}))

    async def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        chunks: tuple[bytes, ...] = (),
        query_string: str = "",
        leave_after: int | None = None,
    ) -> Reply:
        """Send a request in process. The client leaves after so many parts of the answer, if that is given."""
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query_string.encode(),
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in (headers or {}).items()],
            "client": ("10.1.1.1", 5000),
        }
        parts = list(chunks or (body,))
        left = asyncio.Event()
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            if parts:
                return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)
            if leave_after is not None and len(sent) > leave_after:
                left.set()

        await asyncio.wait_for(self.router(scope, receive, send), 20)
        return Reply(sent)


class Reply:
    """What the router answered."""

    def __init__(self, messages: list[Any]) -> None:
        self.status: int = messages[0]["status"]
        self.headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        self.parts: list[bytes] = [message.get("body", b"") for message in messages[1:]]
        self.body = b"".join(self.parts)

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return orjson.loads(self.body)

    @property
    def codes(self) -> list[str]:
        """The codes of its errors."""
        return [error["extensions"]["code"] for error in self.json["errors"]]
