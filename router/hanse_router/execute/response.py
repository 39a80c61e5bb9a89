"""A GraphQL response: an object until it is encoded, once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from hanse_router.execute.entities import encode
from hanse_router.execute.errors import MALFORMED, Error


class Freshness(msgspec.Struct, frozen=True, gc=False):
    """How long a response may be reused, and by whom.

    `max_age` and `age` are in seconds; a `max_age` of 0 forbids any reuse. `vary` names the request headers that the
    response depends on, in lower case.
    """

    max_age: int = 0
    private: bool = True
    vary: tuple[str, ...] = ()
    age: int = 0


NOT_REUSABLE = Freshness()


def nested_too_deeply() -> list[Error]:
    """The errors of a response with a value, of a custom scalar mostly, that cannot be encoded."""
    return [{"message": "A subgraph's value is nested too deeply.", "extensions": {"code": MALFORMED}}]


class _Body(msgspec.Struct, gc=False):
    """The members of a response in the order of the specification (7.1)."""

    data: Any
    errors: Sequence[Error] | msgspec.UnsetType
    extensions: dict[str, Any] | msgspec.UnsetType


class Response(msgspec.Struct, eq=False, gc=False):
    """The result of one execution, or of one event of a subscription.

    `data` is whatever the path that executed the operation builds: dictionaries, or objects of generated classes. It is
    UNSET in a response to a request that was not executed. `freshness` is None where caching does not apply. `encoded`
    is the whole response, once it is encoded; a response from the cache has nothing but that.
    """

    data: Any = msgspec.UNSET
    errors: Sequence[Error] = ()
    extensions: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    freshness: Freshness | None = None
    encoded: bytes | None = None

    def encode(self) -> bytes:
        """The response as JSON. The first call encodes it; change nothing afterwards."""
        encoded = self.encoded
        if encoded is None:
            try:
                encoded = encode(_Body(self.data, self.errors or msgspec.UNSET, self.extensions))
            except RecursionError:
                encoded = encode(_Body(None, nested_too_deeply(), msgspec.UNSET))
            self.encoded = encoded
        return encoded
