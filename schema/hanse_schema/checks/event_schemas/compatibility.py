"""Which directions of compatibility an event needs, and what breaks them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from hanse_schema.checks.event_schemas.comparison import Difference
from hanse_schema.checks.event_schemas.differences import differences
from hanse_schema.checks.event_schemas.documents import Schema
from hanse_schema.checks.event_schemas.kinds import Effect


class Direction(Enum):
    """Who reads whose events: new readers those of the old schema, or old readers those of the new one."""

    BACKWARD = "backward"
    FORWARD = "forward"


class Compatibility(Enum):
    """What a new schema is compared with, and in which directions. Transitive ones compare it with all versions."""

    NONE = "none"
    BACKWARD = "backward"
    BACKWARD_TRANSITIVE = "backward_transitive"
    FORWARD = "forward"
    FORWARD_TRANSITIVE = "forward_transitive"
    FULL = "full"
    FULL_TRANSITIVE = "full_transitive"

    @property
    def directions(self) -> tuple[Direction, ...]:
        """The directions in which events have to be readable."""
        return _DIRECTIONS[self]

    @property
    def is_transitive(self) -> bool:
        """Whether all versions count, not only the last."""
        return self in _TRANSITIVE


_DIRECTIONS: dict[Compatibility, tuple[Direction, ...]] = {
    Compatibility.NONE: (),
    Compatibility.BACKWARD: (Direction.BACKWARD,),
    Compatibility.BACKWARD_TRANSITIVE: (Direction.BACKWARD,),
    Compatibility.FORWARD: (Direction.FORWARD,),
    Compatibility.FORWARD_TRANSITIVE: (Direction.FORWARD,),
    Compatibility.FULL: (Direction.BACKWARD, Direction.FORWARD),
    Compatibility.FULL_TRANSITIVE: (Direction.BACKWARD, Direction.FORWARD),
}
_TRANSITIVE = {
    Compatibility.BACKWARD_TRANSITIVE,
    Compatibility.FORWARD_TRANSITIVE,
    Compatibility.FULL_TRANSITIVE,
}


class Policy(Enum):
    """How open content models are judged.

    STRICT: an object that may have any property may have had the new one with another meaning, so that adding a
    property is incompatible. LENIENT: nobody used a property that was not declared.
    """

    STRICT = "strict"
    LENIENT = "lenient"

    @property
    def accepted(self) -> frozenset[Effect]:
        """The effects of differences that are compatible."""
        return frozenset({Effect.COMPATIBLE} if self is Policy.STRICT else {Effect.COMPATIBLE, Effect.LENIENT})


@dataclass(frozen=True, slots=True)
class Incompatibility:
    """A difference that breaks a direction. `version` is the position of the old schema; the last is 0."""

    direction: Direction
    difference: Difference
    version: int


def incompatibilities(
    versions: Sequence[Schema], update: Schema, compatibility: Compatibility, policy: Policy
) -> list[Incompatibility]:
    """What breaks the compatibility of a new schema with the earlier versions, of which the last is the newest.

    The same difference from several versions is listed once, for the newest. Raises TooComplex.
    """
    compared = versions if compatibility.is_transitive else versions[-1:]
    found: dict[tuple[Direction, Difference], Incompatibility] = {}
    for version, original in enumerate(reversed(compared)):
        for direction in compatibility.directions:
            old, new = (original, update) if direction is Direction.BACKWARD else (update, original)
            for difference in differences(old, new, policy.accepted):
                if difference.kind.effect not in policy.accepted:
                    found.setdefault((direction, difference), Incompatibility(direction, difference, version))
    return list(found.values())
