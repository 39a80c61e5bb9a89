"""Every SQL statement on the texts of schemas, which are stored once, by the SHA-256 of their text.

A text that no version has is deleted. On PostgreSQL a publish and the deletion run concurrently: the publish locks the
texts that it finds until it commits, and the deletion locks what it is about to delete, and then looks again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from hanse.registry.errors import NotFound
from hanse.registry.server.models import SchemaRow, VersionRow, VersionSubgraphRow
from hanse_subgraph.db import insert_into


async def schema_texts(session: AsyncSession, hashes: set[str]) -> dict[str, str]:
    """Schemas by their hashes. Raises NotFound where the version that had them was deleted meanwhile."""
    query = select(SchemaRow).where(col(SchemaRow.hash).in_(hashes))
    found = {row.hash: row.text for row in await session.scalars(query)}
    if len(found) < len(hashes):
        raise NotFound("the version was deleted with its branch: ask for another one")
    return found


async def store_texts(session: AsyncSession, texts: Iterable[str]) -> dict[str, str]:
    """Insert schemas that are not there, and keep all of them until the transaction ends. Returns hashes by text."""
    hashes = {text: hashlib.sha256(text.encode()).hexdigest() for text in texts}
    by_hash = {digest: text for text, digest in hashes.items()}
    while missing := by_hash.keys() - await _locked(session, by_hash):
        for digest in sorted(missing):  # the same order for all: no deadlock
            insert = insert_into(session, SchemaRow).values(hash=digest, text=by_hash[digest])
            await session.execute(insert.on_conflict_do_nothing())
    return hashes


async def delete_unused(session: AsyncSession, after: str, *, limit: int) -> str | None:
    """Delete those of the next `limit` schemas after a hash that no version has.

    Returns the last hash that was looked at; None at the end.
    """
    in_order = select(col(SchemaRow.hash)).where(col(SchemaRow.hash) > after).order_by(col(SchemaRow.hash))
    looked_at = list(await session.scalars(in_order.limit(limit)))
    unused = select(col(SchemaRow.hash)).where(col(SchemaRow.hash).in_(looked_at), *_unused())
    locked = list(await session.scalars(unused.with_for_update(skip_locked=True)))
    # From here on no publish begins to use them, and those that did so before have committed.
    await session.execute(delete(SchemaRow).where(col(SchemaRow.hash).in_(locked), *_unused()))
    return looked_at[-1] if len(looked_at) == limit else None


def _unused() -> tuple[ColumnElement[bool], ...]:
    used = (col(VersionRow.supergraph), col(VersionRow.api), col(VersionSubgraphRow.sdl))
    return tuple(~exists().where(column == col(SchemaRow.hash)) for column in used)


async def _locked(session: AsyncSession, hashes: Collection[str]) -> set[str]:
    """Those of the hashes whose schemas are there; they cannot be deleted until the transaction ends."""
    query = select(col(SchemaRow.hash)).where(col(SchemaRow.hash).in_(hashes))
    return set(await session.scalars(query.with_for_update(read=True, key_share=True)))
