"""The scalars `DateTime` and `JSON` of every subgraph. What they take is bounded, so that it can be stored.

A refused value is an error with the code BAD_USER_INPUT.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import strawberry
from graphql import GraphQLError

from hanse_subgraph.clock import in_utc

# A day inside of Python's range: a time zone or the end of a time step cannot leave it.
FIRST_MOMENT, LAST_MOMENT = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
MAX_INTEGER = 2**63 - 1
MAX_DEPTH = 64
ECMA_404 = "https://ecma-international.org/wp-content/uploads/ECMA-404_2nd_edition_december_2017.pdf"


def _refusal(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "BAD_USER_INPUT"})


def parse_moment(value: object) -> datetime:
    """A moment given by a client, in UTC. Raises GraphQLError when it is not ISO 8601, or out of range."""
    if not isinstance(value, str):
        raise _refusal("A DateTime must be a text in ISO 8601, such as 2030-01-31T12:00:00Z.")
    try:
        moment = in_utc(datetime.fromisoformat(value))
    except OverflowError:
        moment = None
    except ValueError as error:
        raise _refusal("A DateTime must be in ISO 8601, such as 2030-01-31T12:00:00Z.") from error
    if moment is None or not FIRST_MOMENT <= moment <= LAST_MOMENT:
        raise _refusal("A DateTime must be between 0001-01-02 and 9999-12-30, in UTC.")
    return moment


def parse_json(value: object) -> object:
    """A JSON value given by a client. Raises GraphQLError for what cannot be stored."""
    level: list[object] = [value]
    for _ in range(MAX_DEPTH + 1):
        if not level:
            return value
        level = [part for item in level for part in _parts(item)]
    raise _refusal(f"JSON can be nested at most {MAX_DEPTH} levels deep.")


def _parts(value: object) -> Iterator[object]:
    """What a value contains. Raises GraphQLError when it cannot be stored itself."""
    if isinstance(value, dict):
        yield from value.keys()
        yield from value.values()
    elif isinstance(value, list):
        yield from value
    elif isinstance(value, str):
        if not _can_be_stored(value):
            raise _refusal("A text in JSON must not contain the character U+0000 or half of a surrogate pair.")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise _refusal("A number in JSON must be finite.")
    elif isinstance(value, int) and not -MAX_INTEGER - 1 <= value <= MAX_INTEGER:
        raise _refusal("An integer in JSON must have at most 64 bits. Send it as a text.")


def _can_be_stored(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _as_it_is(value: Any) -> Any:
    return value


DATE_TIME_SCALAR = strawberry.scalar(
    name="DateTime",
    description="Date with time (isoformat)",
    serialize=datetime.isoformat,
    parse_value=parse_moment,
)
JSON_SCALAR = strawberry.scalar(
    name="JSON",
    description=f"The `JSON` scalar type represents JSON values as specified by [ECMA-404]({ECMA_404}).",
    specified_by_url=ECMA_404,
    serialize=_as_it_is,
    parse_value=parse_json,
)
