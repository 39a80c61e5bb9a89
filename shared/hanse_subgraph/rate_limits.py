"""`@rateLimit`: how often a field may be used, which the router enforces."""

from __future__ import annotations

import strawberry
from strawberry.schema_directive import Location

SPEC = "https://hanse.example/rateLimit/v1.0"


@strawberry.federation.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="rateLimit",
    description="At most `max` uses of the field in each `window`, counted by each of `by`: `caller`, `address`, "
    "`argument:NAME`, or several joined by `+`.",
    compose=True,
    import_url=SPEC,
    repeatable=True,
)
class RateLimit:
    """At most `max` uses of a field in each window (`10s`, `1m`, `1h`, `1d`), for each key in `by`."""

    max: int
    window: str
    by: list[str]


def by_address(max_uses: int, window: str = "1m") -> RateLimit:
    """A limit for each address, whoever is signed in: opening accounts does not multiply it."""
    return RateLimit(max=max_uses, window=window, by=["address"])


def by_address_and(argument: str, max_uses: int, window: str = "1m") -> list[RateLimit]:
    """A limit for each address; and four times that for each value of an argument, from whatever addresses."""
    return [
        by_address(max_uses, window),
        RateLimit(max=4 * max_uses, window=window, by=[f"argument:{argument}"]),
    ]


def by_caller(max_uses: int, window: str = "1m") -> RateLimit:
    """A limit for each user, or for the address of an anonymous caller."""
    return RateLimit(max=max_uses, window=window, by=["caller"])
