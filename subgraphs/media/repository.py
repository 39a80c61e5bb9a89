"""Every SQL statement of the media subgraph."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from hanse_subgraph.db import insert_into
from hanse_subgraph.pagination import Key, PageRequest, Slice, read_slice
from subgraphs.media.models import Avatar, Media, MediaState, Owner, ProductImage

_NEWEST_FIRST = (Key(col(Media.id), lambda row: row.id, descending=True),)


@dataclass(frozen=True, slots=True)
class MediaFilter:
    """Which files a list holds; what is None does not matter. `mime_type` may end in `/*`."""

    text: str | None = None
    mime_type: str | None = None


async def media_by_id(session: AsyncSession, ids: Collection[str]) -> dict[str, Media]:
    """The files of these ids that there are, announced or kept."""
    living = col(Media.state) != MediaState.DELETED
    return {row.id: row for row in await session.scalars(select(Media).where(col(Media.id).in_(ids), living))}


def _matching(owner_id: str, wanted: MediaFilter) -> list[ColumnElement[bool]]:
    conditions = [col(Media.owner_id) == owner_id, col(Media.state) == MediaState.KEPT]
    if wanted.text is not None:
        conditions.append(col(Media.name).icontains(wanted.text, autoescape=True))
    if wanted.mime_type is not None and wanted.mime_type.endswith("/*"):
        conditions.append(col(Media.mime_type).startswith(wanted.mime_type[:-1], autoescape=True))
    elif wanted.mime_type is not None:
        conditions.append(col(Media.mime_type) == wanted.mime_type)
    return conditions


async def page_of_media(session: AsyncSession, owner_id: str, page: PageRequest, wanted: MediaFilter) -> Slice[Media]:
    """A user's files, newest first."""
    return await read_slice(session, select(Media).where(*_matching(owner_id, wanted)), _NEWEST_FIRST, page)


async def count_media(session: AsyncSession, owner_id: str, wanted: MediaFilter) -> int:
    """How many the list above has in all."""
    counted = select(func.count()).select_from(Media).where(*_matching(owner_id, wanted))
    return int(await session.scalar(counted) or 0)


async def lock_owner(session: AsyncSession, owner_id: str, now: datetime) -> None:
    """Make others who would add to this user's files wait for the end of the transaction. One statement."""
    statement = insert_into(session, Owner).values(owner_id=owner_id, added_at=now)
    await session.execute(statement.on_conflict_do_update(index_elements=["owner_id"], set_={"added_at": now}))


async def forget_owner(session: AsyncSession, owner_id: str) -> None:
    """Remove what stands for a user who has left."""
    await session.execute(delete(Owner).where(col(Owner.owner_id) == owner_id))


async def bytes_of(session: AsyncSession, owner_id: str) -> int:
    """How much a user keeps or has announced."""
    living = col(Media.state) != MediaState.DELETED
    total = select(func.sum(col(Media.size_bytes))).where(col(Media.owner_id) == owner_id, living)
    return int(await session.scalar(total) or 0)


async def add(session: AsyncSession, row: Media) -> None:
    """Write a new file's row."""
    session.add(row)
    await session.flush()


async def keep(session: AsyncSession, row: Media) -> bool:
    """Write what was found of an announced file; False where it is announced no longer, so that one of two does it."""
    values = row.model_dump(exclude={"id", "owner_id", "created_at", "name"})
    announced = and_(col(Media.id) == row.id, col(Media.state) == MediaState.ANNOUNCED)
    kept = update(Media).where(announced).values(**values).returning(col(Media.id))
    return await session.scalar(kept) is not None


async def mark_deleted(session: AsyncSession, ids: Collection[str], at: datetime) -> None:
    """Take these files from everybody's sight, and from where they are shown."""
    await session.execute(delete(ProductImage).where(col(ProductImage.media_id).in_(ids)))
    await session.execute(delete(Avatar).where(col(Avatar.media_id).in_(ids)))
    await session.execute(update(Media).where(col(Media.id).in_(ids)).values(state=MediaState.DELETED.value, at=at))


async def living_media_of(session: AsyncSession, owner_id: str) -> list[Media]:
    """All files of a user, announced or kept."""
    living = col(Media.state) != MediaState.DELETED
    return list(await session.scalars(select(Media).where(col(Media.owner_id) == owner_id, living)))


async def expire_announced(session: AsyncSession, now: datetime) -> None:
    """Delete what was announced and never completed in time."""
    expired = and_(col(Media.state) == MediaState.ANNOUNCED, col(Media.at) <= now)
    await session.execute(update(Media).where(expired).values(state=MediaState.DELETED.value, at=now))


async def deleted_media(session: AsyncSession, limit: int) -> list[Media]:
    """The oldest deleted files whose objects may still be there."""
    deleted = select(Media).where(col(Media.state) == MediaState.DELETED)
    return list(await session.scalars(deleted.order_by(col(Media.at)).limit(limit)))


async def keys_of(session: AsyncSession, ids: Collection[str]) -> dict[str, set[str]]:
    """The keys of the objects that these files need, by file; one that is announced needs what is put meanwhile."""
    found: dict[str, set[str]] = {}
    for row in await session.scalars(select(Media).where(col(Media.id).in_(ids))):
        incoming = row.incoming_key if row.state == MediaState.ANNOUNCED else None
        found[row.id] = {key for key in (row.object_key, row.thumbnail_key, incoming) if key}
    return found


async def remove(session: AsyncSession, ids: Collection[str]) -> None:
    """Remove rows of files whose objects are gone."""
    await session.execute(delete(Media).where(col(Media.id).in_(ids)))


async def set_product_images(session: AsyncSession, product_id: str, owner_id: str, ids: Sequence[str]) -> None:
    """What a user has chosen for a product, in this order."""
    await session.execute(
        delete(ProductImage).where(col(ProductImage.product_id) == product_id, col(ProductImage.owner_id) == owner_id)
    )
    session.add_all(
        ProductImage(product_id=product_id, owner_id=owner_id, place=place, media_id=media_id)
        for place, media_id in enumerate(ids)
    )
    await session.flush()


async def product_images(
    session: AsyncSession, chosen: Collection[tuple[str, str]]
) -> dict[tuple[str, str], list[Media]]:
    """The pictures of products, each chosen by one user: by product and user."""
    pair = tuple_(col(ProductImage.product_id), col(ProductImage.owner_id))
    statement = select(ProductImage, Media).join(Media, col(Media.id) == col(ProductImage.media_id))
    rows = await session.execute(statement.where(pair.in_(list(chosen))).order_by(col(ProductImage.place)))
    found: dict[tuple[str, str], list[Media]] = {}
    for image, media in rows:
        found.setdefault((image.product_id, image.owner_id), []).append(media)
    return found


async def forget_product(session: AsyncSession, product_id: str) -> None:
    """Nothing is shown for a product that is gone."""
    await session.execute(delete(ProductImage).where(col(ProductImage.product_id) == product_id))


async def set_avatar(session: AsyncSession, user_id: str, media_id: str | None) -> None:
    """A user's picture, or none."""
    await session.execute(delete(Avatar).where(col(Avatar.user_id) == user_id))
    if media_id is not None:
        session.add(Avatar(user_id=user_id, media_id=media_id))
        await session.flush()


async def avatars(session: AsyncSession, user_ids: Collection[str]) -> dict[str, Media]:
    """The pictures of these users that have one."""
    statement = select(col(Avatar.user_id), Media).join(Media, col(Media.id) == col(Avatar.media_id))
    rows = await session.execute(statement.where(col(Avatar.user_id).in_(user_ids)))
    return {row[0]: row[1] for row in rows}


async def any_media(session: AsyncSession) -> bool:
    """Whether there is any at all."""
    return await session.scalar(select(col(Media.id)).limit(1)) is not None
