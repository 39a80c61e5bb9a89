"""A small subgraph schema, for tests of what every subgraph shares."""

from __future__ import annotations

from typing import Any, Self

import strawberry
from strawberry.types import Info

from hanse_subgraph.errors import Forbidden, NotFound
from hanse_subgraph.federation import Representation, SubgraphSchema

CALLS: list[tuple[str, int]] = []


@strawberry.federation.type(keys=["id", "shelf { row } place"])
class Box:
    """An entity of two keys."""

    id: strawberry.ID
    place: int = 0

    @classmethod
    async def resolve_references(
        cls, info: Info[Any, None], representations: list[Representation]
    ) -> list[Self | None]:
        """By id; boxes named `none` do not exist."""
        CALLS.append(("Box", len(representations)))
        return [
            None if item.get("id") == "none" else cls(id=strawberry.ID(str(item.get("id", item.get("place")))))
            for item in representations
        ]


@strawberry.federation.type(keys=["id"])
class Lid:
    """An entity whose resolver fails as its first id says."""

    id: strawberry.ID

    @classmethod
    async def resolve_references(
        cls, info: Info[Any, None], representations: list[Representation]
    ) -> list[Self | None]:
        """Fails, or answers too few."""
        CALLS.append(("Lid", len(representations)))
        if representations[0]["id"] == "forbidden":
            raise Forbidden
        if representations[0]["id"] == "broken":
            raise ZeroDivisionError("secret detail")
        return []


@strawberry.type
class Query:
    """What can be asked."""

    @strawberry.field
    def fails(self, how: str) -> int:
        """Fails one way or the other."""
        raise {"expected": NotFound("Box"), "unexpected": ZeroDivisionError("secret detail")}[how]


graph = SubgraphSchema(query=Query, types=[Box, Lid])
