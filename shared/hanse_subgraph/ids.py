"""Identifiers: UUIDv7, so that ids sort by the time they were made."""

from __future__ import annotations

from uuid import UUID

import uuid_utils

from hanse_subgraph.errors import NotFound


def new_id() -> str:
    """A new UUIDv7 in its canonical form of 36 characters."""
    return str(uuid_utils.uuid7())


def parse_id(value: str, kind: str) -> str:
    """The canonical form of an id given by a client.

    Raises NotFound where it is no UUID at all: nothing of that `kind` can have it.
    """
    known = known_id(value)
    if known is None:
        raise NotFound(kind)
    return known


def known_id(value: object) -> str | None:
    """The canonical form of an id, or None where it is no UUID at all."""
    try:
        return str(UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None
