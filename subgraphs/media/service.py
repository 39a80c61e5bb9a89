"""The service of the media subgraph. It flushes; the resolver commits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.auth import Principal
from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.errors import NotFound, Problems
from hanse_subgraph.events.outbox import emit
from hanse_subgraph.ids import known_id, new_id, parse_id
from subgraphs.media import repository
from subgraphs.media.errors import NotAnImage, QuotaReached
from subgraphs.media.events import AvatarSet, MediaDeleted, MediaUploaded, ProductImagesSet
from subgraphs.media.images import SHOWN
from subgraphs.media.intake import Content
from subgraphs.media.models import Media, MediaState
from subgraphs.media.names import safe_name
from subgraphs.media.settings import MediaSettings

_MIME_TYPE = re.compile(r"[A-Za-z0-9][\w.+-]{0,62}/[A-Za-z0-9][\w.+-]{0,62}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Announcement:
    """A file that a user is about to put, as they say."""

    name: str
    size_bytes: int
    mime_type: str
    sha256: str | None = None  # in hexadecimal


class Library:
    """What can be done with files."""

    def __init__(self, settings: MediaSettings, *, clock: Clock = utc_now) -> None:
        self._settings = settings
        self._clock = clock

    async def announce(self, session: AsyncSession, owner_id: str, said: Announcement) -> Media:
        """Note that a file will be put. Raises BadInput, QuotaReached."""
        self._check(said)
        await self._check_quota(session, owner_id, said.size_bytes)
        now = self._clock()
        row = Media(
            id=new_id(),
            owner_id=owner_id,
            state=MediaState.ANNOUNCED.value,
            name=safe_name(said.name),
            mime_type=said.mime_type.lower(),
            size_bytes=said.size_bytes,
            sha256=said.sha256.lower() if said.sha256 else None,
            created_at=now,
            at=now + timedelta(seconds=self._settings.upload_seconds),
        )
        await repository.add(session, row)
        return row

    async def own(self, session: AsyncSession, owner_id: str, media_id: str) -> Media:
        """A file of the user's own, announced in time or kept. Raises NotFound."""
        known = parse_id(media_id, "Media")
        row = (await repository.media_by_id(session, [known])).get(known)
        if row is None or row.owner_id != owner_id:
            raise NotFound("Media")
        if row.state == MediaState.ANNOUNCED and row.at <= self._clock():
            raise NotFound("Media")
        return row

    async def keep(self, session: AsyncSession, announced: Media, content: Content) -> Media:
        """The announced file, with what was found of its content; as it is where another has completed it meanwhile.

        Raises NotFound where it has expired, or was deleted.
        """
        row = self._found(announced.id, announced.owner_id, announced.name, content)
        row.created_at = announced.created_at
        if not await repository.keep(session, row):
            return await self.own(session, announced.owner_id, announced.id)
        await emit(session, _uploaded(row))
        return row

    async def add(
        self, session: AsyncSession, owner_id: str, name: str, content: Content, *, media_id: str | None = None
    ) -> Media:
        """A new file of content that is there already. Raises QuotaReached."""
        await self._check_quota(session, owner_id, content.size_bytes)
        row = self._found(media_id or new_id(), owner_id, safe_name(name), content)
        await repository.add(session, row)
        await emit(session, _uploaded(row))
        return row

    async def delete(self, session: AsyncSession, principal: Principal, media_id: str) -> Media:
        """Delete a file of one's own, or any as an admin; it is shown nowhere any longer. Raises NotFound."""
        known = parse_id(media_id, "Media")
        row = (await repository.media_by_id(session, [known])).get(known)
        if row is None or not principal.may_see(row.owner_id):
            raise NotFound("Media")
        await self._delete(session, [row])
        return row

    async def forget_user(self, session: AsyncSession, user_id: str) -> None:
        """Nothing of a user who has left stays."""
        await self._delete(session, await repository.living_media_of(session, user_id))
        await repository.forget_owner(session, user_id)

    async def set_product_images(
        self, session: AsyncSession, owner_id: str, product_id: str, media_ids: Sequence[str]
    ) -> str:
        """Choose pictures for a product, in this order, of the user's own; the product's id in its canonical form.

        Who sells the product is known to the catalog alone. So anybody may choose, and what is shown is what the
        product's seller has chosen: the router brings the seller along when it asks for a product's images.
        Raises BadInput, NotAnImage, NotFound.
        """
        known, most, problems = parse_id(product_id, "Product"), self._settings.max_product_images, Problems()
        if len(media_ids) > most:
            problems.add("mediaIds", "TOO_MANY", f"A product may have at most {most} images.")
        if len({known_id(media_id) or media_id for media_id in media_ids}) < len(media_ids):
            problems.add("mediaIds", "REPEATED", "mediaIds names an image twice.")
        problems.raise_if_any()
        chosen = await self._own_images(session, owner_id, "mediaIds", media_ids)
        await repository.set_product_images(session, known, owner_id, chosen)
        await emit(session, ProductImagesSet(id=known, user_id=owner_id, media_ids=chosen))
        return known

    async def forget_product(self, session: AsyncSession, product_id: str) -> None:
        """Nothing is shown for a product that is gone; its pictures stay with those who put them here."""
        await repository.forget_product(session, product_id)

    async def set_avatar(self, session: AsyncSession, user_id: str, media_id: str | None) -> None:
        """Show a picture of the user's own as theirs, or none. Raises NotAnImage, NotFound."""
        chosen = await self._own_images(session, user_id, "mediaId", [media_id] if media_id is not None else [])
        await repository.set_avatar(session, user_id, chosen[0] if chosen else None)
        await emit(session, AvatarSet(id=user_id, media_id=chosen[0] if chosen else None))

    def _check(self, said: Announcement) -> None:
        most, problems = self._settings.max_file_bytes, Problems()
        problems.text("name", said.name, least=1, most=1000)
        if not 1 <= said.size_bytes <= most:
            problems.add("sizeBytes", "OUT_OF_RANGE", f"sizeBytes must lie between 1 and {most}.")
        if not _MIME_TYPE.fullmatch(said.mime_type):
            problems.add("mimeType", "INVALID", "mimeType must be a type and a subtype, such as image/png.")
        if said.sha256 is not None and not _SHA256.fullmatch(said.sha256.lower()):
            problems.add("sha256", "INVALID", "sha256 must be 64 hexadecimal digits.")
        problems.raise_if_any()

    async def _check_quota(self, session: AsyncSession, owner_id: str, more: int) -> None:
        most = self._settings.quota_bytes
        await repository.lock_owner(session, owner_id, self._clock())
        if await repository.bytes_of(session, owner_id) + more > most:
            raise QuotaReached(most)

    def _found(self, media_id: str, owner_id: str, name: str, content: Content) -> Media:
        now = self._clock()
        return Media(
            id=media_id,
            owner_id=owner_id,
            state=MediaState.KEPT.value,
            name=name,
            mime_type=content.mime_type,
            size_bytes=content.size_bytes,
            sha256=content.sha256,
            width=content.picture.width if content.picture else None,
            height=content.picture.height if content.picture else None,
            object_key=content.object_key,
            thumbnail_key=content.thumbnail_key,
            created_at=now,
            at=now,
        )

    async def _delete(self, session: AsyncSession, rows: Sequence[Media]) -> None:
        told = [
            MediaDeleted(id=row.id, user_id=row.owner_id, mime_type=row.mime_type, size_bytes=row.size_bytes)
            for row in rows
            if row.state == MediaState.KEPT  # of the others nobody has heard
        ]
        await repository.mark_deleted(session, [row.id for row in rows], self._clock())
        await emit(session, *told)

    async def _own_images(
        self, session: AsyncSession, owner_id: str, argument: str, media_ids: Sequence[str]
    ) -> list[str]:
        ids = [parse_id(media_id, "Media") for media_id in media_ids]
        found = await repository.media_by_id(session, ids)
        rows = [found.get(media_id) for media_id in ids]
        if any(row is None or row.owner_id != owner_id or row.state != MediaState.KEPT for row in rows):
            raise NotFound("Media")
        if any(row is None or row.mime_type not in SHOWN for row in rows):
            raise NotAnImage(argument)
        return ids


def may_see(principal: Principal, row: Media | None) -> bool:
    """Whether a file is there for the caller: their own, or any for admins."""
    return row is not None and principal.may_see(row.owner_id)


def _uploaded(row: Media) -> MediaUploaded:
    return MediaUploaded(
        id=row.id,
        user_id=row.owner_id,
        mime_type=row.mime_type,
        size_bytes=row.size_bytes,
        width=row.width,
        height=row.height,
    )
