"""Every SQL statement of the media subgraph."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from hanse_subgraph.db import insert_into
from hanse_subgraph.pagination import Key, PageRequest, Slice, read_slice
from subgraphs.media.models import Avatar, Media, MediaState, Owner, Product, ProductImage, RevokedAccess

NIL = "00000000-0000-0000-0000-000000000000"
_NEWEST_FIRST = (Key(col(Media.id), lambda row: row.id, descending=True),)


@dataclass(frozen=True, slots=True)
class MediaFilter:
    """Conditions for a list of files; None means no condition. `mime_type` can end in `/*`."""

    text: str | None = None
    mime_type: str | None = None


async def media_by_id(session: AsyncSession, ids: Collection[str]) -> dict[str, Media]:
    """The files with these ids, by id; without deleted ones."""
    not_deleted = col(Media.state) != MediaState.DELETED
    return {row.id: row for row in await session.scalars(select(Media).where(col(Media.id).in_(ids), not_deleted))}


def _matching(owner_id: str, condition: MediaFilter) -> list[ColumnElement[bool]]:
    conditions = [col(Media.owner_id) == owner_id, col(Media.state) == MediaState.STORED]
    if condition.text is not None:
        conditions.append(col(Media.name).icontains(condition.text, autoescape=True))
    if condition.mime_type is not None and condition.mime_type.endswith("/*"):
        conditions.append(col(Media.mime_type).startswith(condition.mime_type[:-1], autoescape=True))
    elif condition.mime_type is not None:
        conditions.append(col(Media.mime_type) == condition.mime_type)
    return conditions


async def page_of_media(
    session: AsyncSession, owner_id: str, page: PageRequest, condition: MediaFilter
) -> Slice[Media]:
    """A page of a user's stored files, newest first."""
    return await read_slice(session, select(Media).where(*_matching(owner_id, condition)), _NEWEST_FIRST, page)


async def count_media(session: AsyncSession, owner_id: str, condition: MediaFilter) -> int:
    """The total number of files in the list of `page_of_media`."""
    counted = select(func.count()).select_from(Media).where(*_matching(owner_id, condition))
    return int(await session.scalar(counted) or 0)


async def lock_owner(session: AsyncSession, owner_id: str, now: datetime) -> None:
    """Lock the user's files against concurrent additions until the transaction ends, in one statement."""
    statement = insert_into(session, Owner).values(owner_id=owner_id, added_at=now)
    await session.execute(statement.on_conflict_do_update(index_elements=["owner_id"], set_={"added_at": now}))


async def delete_owner(session: AsyncSession, owner_id: str) -> None:
    """Delete the row of a deleted user."""
    await session.execute(delete(Owner).where(col(Owner.owner_id) == owner_id))


async def bytes_of(session: AsyncSession, owner_id: str) -> int:
    """The total size of a user's announced and stored files, in bytes."""
    not_deleted = col(Media.state) != MediaState.DELETED
    total = select(func.sum(col(Media.size_bytes))).where(col(Media.owner_id) == owner_id, not_deleted)
    return int(await session.scalar(total) or 0)


async def add(session: AsyncSession, row: Media) -> None:
    """Insert a file."""
    session.add(row)
    await session.flush()


async def mark_stored(session: AsyncSession, row: Media) -> bool:
    """Mark an announced file as stored, with the properties of its content; False if it is no longer announced."""
    values = row.model_dump(exclude={"id", "owner_id", "created_at", "name"})
    announced = and_(col(Media.id) == row.id, col(Media.state) == MediaState.ANNOUNCED)
    statement = update(Media).where(announced).values(**values).returning(col(Media.id))
    return await session.scalar(statement) is not None


async def mark_deleted(session: AsyncSession, ids: Collection[str], at: datetime) -> None:
    """Mark files as deleted, and remove them from products and avatars."""
    await session.execute(delete(ProductImage).where(col(ProductImage.media_id).in_(ids)))
    await session.execute(delete(Avatar).where(col(Avatar.media_id).in_(ids)))
    await session.execute(update(Media).where(col(Media.id).in_(ids)).values(state=MediaState.DELETED.value, at=at))


async def media_of_owner(session: AsyncSession, owner_id: str) -> list[Media]:
    """All announced and stored files of a user."""
    not_deleted = col(Media.state) != MediaState.DELETED
    return list(await session.scalars(select(Media).where(col(Media.owner_id) == owner_id, not_deleted)))


async def expire_announced(session: AsyncSession, now: datetime) -> None:
    """Mark announced files as deleted whose upload time has expired."""
    expired = and_(col(Media.state) == MediaState.ANNOUNCED, col(Media.at) <= now)
    await session.execute(update(Media).where(expired).values(state=MediaState.DELETED.value, at=now))


async def deleted_media(session: AsyncSession, limit: int) -> list[Media]:
    """The first `limit` deleted files, oldest first, whose objects may still exist."""
    deleted = select(Media).where(col(Media.state) == MediaState.DELETED)
    return list(await session.scalars(deleted.order_by(col(Media.at)).limit(limit)))


async def keys_of(session: AsyncSession, ids: Collection[str]) -> dict[str, set[str]]:
    """The keys of the objects that these files need, by file id. An announced file needs its upload."""
    found: dict[str, set[str]] = {}
    for row in await session.scalars(select(Media).where(col(Media.id).in_(ids))):
        incoming = row.incoming_key if row.state == MediaState.ANNOUNCED else None
        found[row.id] = {key for key in (row.object_key, row.thumbnail_key, incoming) if key}
    return found


async def delete_rows(session: AsyncSession, ids: Collection[str]) -> None:
    """Delete the rows of files whose objects are deleted."""
    await session.execute(delete(Media).where(col(Media.id).in_(ids)))


async def add_product(session: AsyncSession, product_id: str, at: datetime) -> None:
    """Insert a product of the catalog."""
    new = insert_into(session, Product).values(product_id=product_id, created_at=at)
    await session.execute(new.on_conflict_do_nothing())


async def delete_product(session: AsyncSession, product_id: str) -> None:
    """Delete a product of the catalog."""
    await session.execute(delete(Product).where(col(Product.product_id) == product_id))


async def has_product(session: AsyncSession, product_id: str) -> bool:
    """Whether there is a product with this id, or may be one from before products were stored."""
    wanted = select(Product).where(col(Product.product_id).in_((product_id, NIL)))
    rows = {row.product_id: row for row in await session.scalars(wanted)}
    if product_id in rows:
        return True
    made_at = (UUID(product_id).int >> 80) / 1000  # ids are UUIDv7
    return NIL in rows and made_at < rows[NIL].created_at.timestamp()


async def set_product_images(session: AsyncSession, product_id: str, owner_id: str, ids: Sequence[str]) -> None:
    """Replace the images that a user set for a product."""
    await session.execute(
        delete(ProductImage).where(col(ProductImage.product_id) == product_id, col(ProductImage.owner_id) == owner_id)
    )
    session.add_all(
        ProductImage(product_id=product_id, owner_id=owner_id, place=place, media_id=media_id)
        for place, media_id in enumerate(ids)
    )
    await session.flush()


async def product_images(
    session: AsyncSession, keys: Collection[tuple[str, str]]
) -> dict[tuple[str, str], list[Media]]:
    """The images of products by (product id, owner id), in order."""
    pair = tuple_(col(ProductImage.product_id), col(ProductImage.owner_id))
    statement = select(ProductImage, Media).join(Media, col(Media.id) == col(ProductImage.media_id))
    rows = await session.execute(statement.where(pair.in_(list(keys))).order_by(col(ProductImage.place)))
    found: dict[tuple[str, str], list[Media]] = {}
    for image, media in rows:
        found.setdefault((image.product_id, image.owner_id), []).append(media)
    return found


async def delete_product_images(session: AsyncSession, product_id: str) -> None:
    """Delete all images set for a product."""
    await session.execute(delete(ProductImage).where(col(ProductImage.product_id) == product_id))


async def set_avatar(session: AsyncSession, user_id: str, media_id: str | None) -> None:
    """Set or remove the avatar of a user."""
    await session.execute(delete(Avatar).where(col(Avatar.user_id) == user_id))
    if media_id is not None:
        session.add(Avatar(user_id=user_id, media_id=media_id))
        await session.flush()


async def avatars(session: AsyncSession, user_ids: Collection[str]) -> dict[str, Media]:
    """The avatars of these users, by user id."""
    statement = select(col(Avatar.user_id), Media).join(Media, col(Media.id) == col(Avatar.media_id))
    rows = await session.execute(statement.where(col(Avatar.user_id).in_(user_ids)))
    return {row[0]: row[1] for row in rows}


async def any_media(session: AsyncSession) -> bool:
    """Whether any file exists."""
    return await session.scalar(select(col(Media.id)).limit(1)) is not None


async def add_revocation(session: AsyncSession, row: RevokedAccess) -> None:
    """Store a revocation of access tokens."""
    session.add(row)
    await session.flush()


async def revocations_of(session: AsyncSession, user_id: str, issued_at: datetime) -> Sequence[str | None]:
    """The sessions of a user whose tokens of this time are revoked; None among them stands for all sessions."""
    revoked = select(col(RevokedAccess.session_id)).where(
        col(RevokedAccess.user_id) == user_id, col(RevokedAccess.revoked_at) >= issued_at
    )
    return (await session.scalars(revoked)).all()


async def forget_revocations(session: AsyncSession, now: datetime) -> None:
    """Delete the revocations of tokens that have all expired."""
    await session.execute(delete(RevokedAccess).where(col(RevokedAccess.forget_at) <= now))
