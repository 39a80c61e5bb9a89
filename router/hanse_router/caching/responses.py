"""The response cache: whole responses by operation, variables and caller.

A key holds everything that a response depends on: the supergraph, the operation, its variables, the client's headers
that are propagated to subgraphs and, where the response is private, the caller.
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
from graphql import GraphQLSchema

from hanse_router.execute.response import NOT_REUSABLE, Freshness, Response
from hanse_router.operation import Operation
from hanse_router.prepare.caching import CachePolicies, CachePolicy
from hanse_router.request import RequestContext
from hanse_router.settings import ResponseCacheSettings
from hanse_router.store.protocol import Cache
from hanse_router.telemetry.metrics import Metrics
from hanse_schema.supergraph.model import Supergraph

_STORED = struct.Struct(">d")  # before each response: when it was stored, in seconds since the epoch


@dataclass(frozen=True, slots=True)
class Caching:
    """How the responses of one operation are cached."""

    policy: CachePolicy
    seed: bytes  # the part that all its keys have in common
    freshness: Freshness  # of a response that was just made


class ResponseCache:
    """The cached responses of one supergraph."""

    def __init__(
        self,
        settings: ResponseCacheSettings,
        supergraph: Supergraph,
        api_schema: GraphQLSchema,
        *,
        version: str,
        token_header: str,
        propagated: Sequence[str],
        cache: Cache,
        metrics: Metrics,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`version` identifies the supergraph; `propagated` names the client's headers that subgraphs receive.

        `token_header` names the header that identifies the caller. Names are in lower case.
        """
        self._policies = CachePolicies(supergraph, api_schema, settings.directive)
        self._max_bytes = settings.max_response_bytes
        self._version = version
        self._token_header = token_header
        self._propagated = tuple(propagated)
        self._cache = cache
        self._clock = clock
        self._hits = metrics.responses.labels("hit")
        self._misses = metrics.responses.labels("miss")

    def caching(self, text: str, operation: Operation) -> Caching | None:
        """How the responses of an operation are cached; None where they must not be. `text` is its document."""
        policy = self._policies.annotate(operation)
        if policy is None:
            return None
        seed = hashlib.sha256(orjson.dumps([self._version, text, operation.name])).digest()
        vary = ["accept", *self._propagated, *([self._token_header] if policy.private else [])]
        return Caching(policy, seed, Freshness(policy.max_age, policy.private, tuple(dict.fromkeys(vary))))

    def entry(self, caching: Caching, variables: Mapping[str, Any], context: RequestContext) -> CacheEntry | None:
        """The entry of one request's response; None where this response must not be cached."""
        caller: list[Any] = []
        if caching.policy.private:
            principal = context.principal
            if principal.subject is None:
                return None  # anonymous callers have no identity
            caller = [*principal.key, sorted(principal.scopes), sorted(principal.policies)]
        propagated = [context.headers.get(name) for name in self._propagated]
        rest = msgspec.json.encode([variables, propagated, caller], order="sorted")  # integers of any size
        return CacheEntry(self, caching, f"response:{hashlib.sha256(caching.seed + rest).hexdigest()}")

    async def load(self, key: str, caching: Caching) -> Response | None:
        """The cached response, if there is a fresh one."""
        found = await self._cache.get(key)
        age = max(0, int(self._clock() - _STORED.unpack_from(found)[0])) if found else 0
        if found is None or age >= caching.policy.max_age:
            self._misses.inc()
            return None
        self._hits.inc()
        freshness = msgspec.structs.replace(caching.freshness, age=age)
        return Response(freshness=freshness, encoded=found[_STORED.size :])

    async def store(self, key: str, caching: Caching, response: Response) -> None:
        """Cache a response, and set its freshness. Responses with errors, and very large ones, are not cached."""
        if response.errors:
            response.freshness = NOT_REUSABLE
            return
        response.freshness = caching.freshness
        encoded = response.encode()
        if len(encoded) <= self._max_bytes:
            await self._cache.put(key, _STORED.pack(self._clock()) + encoded, caching.policy.max_age)


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """One response's entry in the cache, whether there is a response or not."""

    _cache: ResponseCache
    _caching: Caching
    _key: str

    async def load(self) -> Response | None:
        """The cached response, if there is a fresh one."""
        return await self._cache.load(self._key, self._caching)

    async def store(self, response: Response) -> None:
        """Cache a response, and set its freshness."""
        await self._cache.store(self._key, self._caching, response)
