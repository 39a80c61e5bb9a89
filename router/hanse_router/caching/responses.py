"""The responses that are kept: their keys, their age, and the headers that tell clients of it.

A key holds all that an answer hangs on: the supergraph, the operation, its variables, the client's headers that are
passed on to subgraphs and, where the answer is private, who asks.
"""

from __future__ import annotations

import hashlib
import struct
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import orjson
from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode

from hanse_router.caching.policy import CachePolicies, CachePolicy
from hanse_router.request import RequestContext
from hanse_router.settings import ResponseCacheSettings
from hanse_router.store.base import Cache
from hanse_router.telemetry.metrics import Metrics
from hanse_schema.supergraph.model import Supergraph

Header = tuple[bytes, bytes]
NOT_KEPT: tuple[Header, ...] = ((b"cache-control", b"no-store"),)
_WRITTEN = struct.Struct(">d")  # before each response: when that was, in seconds since the epoch


class _Response(msgspec.Struct):
    errors: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_decode_response = msgspec.json.Decoder(_Response).decode


@dataclass(frozen=True, slots=True)
class Caching:
    """How the responses of one operation are kept."""

    policy: CachePolicy
    seed: bytes  # what is the same in all its keys
    headers: tuple[Header, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A response, and the seconds since it was made."""

    body: bytes
    age: int


class ResponseCache:
    """The responses over one supergraph."""

    def __init__(
        self,
        settings: ResponseCacheSettings,
        supergraph: Supergraph,
        api_schema: GraphQLSchema,
        *,
        version: str,
        token_header: str,
        passed_on: Sequence[str],
        cache: Cache,
        metrics: Metrics,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`version` is the supergraph's; `passed_on` names the client's headers that subgraphs get.

        `token_header` names the one that tells who asks.
        """
        self._policies = CachePolicies(supergraph, api_schema, settings.directive)
        self._largest = settings.max_response_bytes
        self._version = version
        self._token_header = token_header
        self._passed_on = tuple(passed_on)
        self._cache = cache
        self._clock = clock
        self._hits = metrics.responses.labels("hit")
        self._misses = metrics.responses.labels("miss")

    def caching(self, text: str, document: DocumentNode, operation: OperationDefinitionNode) -> Caching | None:
        """How the responses of a valid operation are kept; None where they may not be."""
        policy = self._policies.of_operation(document, operation)
        if policy is None:
            return None
        name = operation.name.value if operation.name else None
        seed = hashlib.sha256(orjson.dumps([self._version, text, name])).digest()
        scope = "private" if policy.private else "public"
        varies = ["accept", *self._passed_on, *([self._token_header] if policy.private else [])]
        headers = (
            (b"cache-control", f"max-age={policy.max_age}, {scope}".encode()),
            (b"vary", ", ".join(dict.fromkeys(varies)).encode()),
        )
        return Caching(policy, seed, headers)

    def key(self, caching: Caching, variables: Mapping[str, Any], context: RequestContext) -> str | None:
        """The key of this request's response; None where it may not be kept."""
        who: list[Any] = []
        if caching.policy.private:
            principal = context.principal
            if principal.subject is None:
                return None  # nothing tells the anonymous apart
            who = [*principal.key, sorted(principal.scopes), sorted(principal.policies)]
        passed_on = [context.headers.get(name) for name in self._passed_on]
        try:
            rest = orjson.dumps([variables, passed_on, who], option=orjson.OPT_SORT_KEYS)
        except TypeError:
            return None  # an integer too large for JSON as it is written here
        return f"response:{hashlib.sha256(caching.seed + rest).hexdigest()}"

    async def find(self, key: str, caching: Caching) -> Kept | None:
        """The response that is kept, if it is fresh."""
        found = await self._cache.get(key)
        age = self._age(found)
        if found is None or age >= caching.policy.max_age:
            self._misses.inc()
            return None
        self._hits.inc()
        return Kept(found[_WRITTEN.size :], age)

    async def keep(self, key: str, caching: Caching, body: bytes) -> bool:
        """Keep a response, unless it has errors or is too large; whether its client may keep it."""
        if _decode_response(body).errors is not msgspec.UNSET:
            return False
        if len(body) <= self._largest:
            await self._cache.put(key, _WRITTEN.pack(self._clock()) + body, caching.policy.max_age)
        return True

    def _age(self, found: bytes | None) -> int:
        return max(0, int(self._clock() - _WRITTEN.unpack_from(found)[0])) if found else 0
