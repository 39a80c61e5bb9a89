"""Files, product images and avatars. Services flush; the resolver commits."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.auth import Caller, Principal
from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.db import Database
from hanse_subgraph.errors import NotFound, Problems, Unauthenticated
from hanse_subgraph.events.outbox import emit
from hanse_subgraph.ids import known_id, new_id, parse_id
from subgraphs.media import repository
from subgraphs.media.errors import NotAnImage, QuotaReached
from subgraphs.media.events import AvatarSet, MediaDeleted, MediaUploaded, ProductImagesSet
from subgraphs.media.file_names import safe_name
from subgraphs.media.images import DISPLAYABLE
from subgraphs.media.ingestion import Content
from subgraphs.media.models import Media, MediaState, RevokedAccess
from subgraphs.media.settings import MediaSettings

MODERATE = "media:moderate"  # what the files of others need
CLOCK_TOLERANCE = timedelta(minutes=5)  # how long after its expiry a token may be accepted, at most
PRODUCT_SECONDS = 2.0  # until the event of a new product is handled here
_MIME_TYPE = re.compile(r"[A-Za-z0-9][\w.+-]{0,62}/[A-Za-z0-9][\w.+-]{0,62}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Announcement:
    """A file that a user is going to upload, as described by the user."""

    name: str
    size_bytes: int
    mime_type: str
    sha256: str | None = None  # in hexadecimal


@dataclass(frozen=True, slots=True)
class Revoked:
    """Access tokens that are revoked: those of one session (None: of all) issued until `revoked_at`."""

    session_id: str | None
    revoked_at: datetime
    expires_at: datetime


class Library:
    """Manages files, product images and avatars."""

    def __init__(self, settings: MediaSettings, *, clock: Clock = utc_now) -> None:
        self._settings = settings
        self._clock = clock

    async def announce(self, session: AsyncSession, owner_id: str, announcement: Announcement) -> Media:
        """Announce a file for upload. Raises BadInput, QuotaReached."""
        self._check(announcement)
        await self._check_quota(session, owner_id, announcement.size_bytes)
        now = self._clock()
        row = Media(
            id=new_id(),
            owner_id=owner_id,
            state=MediaState.ANNOUNCED.value,
            name=safe_name(announcement.name),
            mime_type=announcement.mime_type.lower(),
            size_bytes=announcement.size_bytes,
            sha256=announcement.sha256.lower() if announcement.sha256 else None,
            created_at=now,
            at=now + timedelta(seconds=self._settings.upload_seconds),
        )
        await repository.add(session, row)
        return row

    async def own(self, session: AsyncSession, owner_id: str, media_id: str) -> Media:
        """A stored or unexpired announced file of the user. Raises NotFound."""
        canonical_id = parse_id(media_id, "Media")
        row = (await repository.media_by_id(session, [canonical_id])).get(canonical_id)
        if row is None or row.owner_id != owner_id:
            raise NotFound("Media")
        if row.state == MediaState.ANNOUNCED and row.at <= self._clock():
            raise NotFound("Media")
        return row

    async def complete(self, session: AsyncSession, announced: Media, content: Content) -> Media:
        """Mark an announced file as stored; returns the existing row if a concurrent request completed it first.

        Raises NotFound if it has expired or was deleted.
        """
        row = self._stored(announced.id, announced.owner_id, announced.name, content)
        row.created_at = announced.created_at
        if not await repository.mark_stored(session, row):
            return await self.own(session, announced.owner_id, announced.id)
        await emit(session, _uploaded(row))
        return row

    async def add(
        self, session: AsyncSession, owner_id: str, name: str, content: Content, *, media_id: str | None = None
    ) -> Media:
        """Add a file whose content is already ingested. Raises QuotaReached."""
        await self._check_quota(session, owner_id, content.size_bytes)
        row = self._stored(media_id or new_id(), owner_id, safe_name(name), content)
        await repository.add(session, row)
        await emit(session, _uploaded(row))
        return row

    async def delete(self, session: AsyncSession, principal: Principal, media_id: str) -> Media:
        """Delete a file, as its owner or with the scope media:moderate. Raises NotFound."""
        canonical_id = parse_id(media_id, "Media")
        row = (await repository.media_by_id(session, [canonical_id])).get(canonical_id)
        if row is None or not may_see(principal, row):
            raise NotFound("Media")
        await self._delete(session, [row])
        return row

    async def revoke_access(self, session: AsyncSession, user_id: str, revoked: Revoked) -> None:
        """Refuse these access tokens of a user from now on."""
        row = RevokedAccess(
            id=new_id(),
            user_id=user_id,
            session_id=revoked.session_id,
            revoked_at=revoked.revoked_at,
            forget_at=revoked.expires_at + CLOCK_TOLERANCE,
        )
        await repository.add_revocation(session, row)
        await repository.forget_revocations(session, self._clock())

    async def require_unrevoked(self, session: AsyncSession, caller: Caller) -> None:
        """Raises Unauthenticated if the caller's access token is revoked."""
        principal = caller.principal
        if principal.user_id is None:
            return
        issued_at = datetime.fromtimestamp(caller.issued_at, UTC)
        sessions = await repository.revocations_of(session, principal.user_id, issued_at)
        if None in sessions or principal.session_id in sessions:
            raise Unauthenticated("The access token was revoked. Sign in again.")

    async def delete_user_data(self, session: AsyncSession, user_id: str) -> None:
        """Delete all files of a deleted user."""
        await self._delete(session, await repository.media_of_owner(session, user_id))
        await repository.delete_owner(session, user_id)

    async def set_product_images(
        self, session: AsyncSession, owner_id: str, product_id: str, media_ids: Sequence[str]
    ) -> str:
        """Set a user's images for a product; returns the product id in canonical form.

        Only the catalog knows who sells a product. So every user can set images, and only those of the seller are
        displayed: the field `images` requires the seller of the product.
        Raises BadInput, NotAnImage, NotFound.
        """
        canonical_id, limit, problems = parse_id(product_id, "Product"), self._settings.max_product_images, Problems()
        if len(media_ids) > limit:
            problems.add("mediaIds", "TOO_MANY", f"A product can have at most {limit} images.")
        if len({known_id(media_id) or media_id for media_id in media_ids}) < len(media_ids):
            problems.add("mediaIds", "REPEATED", "mediaIds must not contain duplicates.")
        problems.raise_if_any()
        image_ids = await self._own_images(session, owner_id, "mediaIds", media_ids)
        await repository.set_product_images(session, canonical_id, owner_id, image_ids)
        await emit(session, ProductImagesSet(id=canonical_id, user_id=owner_id, media_ids=image_ids))
        return canonical_id

    async def require_product(self, database: Database, product_id: str) -> None:
        """Wait a moment for the event of a product that was just created. Raises NotFound if none comes."""
        canonical_id, until = parse_id(product_id, "Product"), time.monotonic() + PRODUCT_SECONDS
        while True:
            async with database.reading() as session:
                if await repository.has_product(session, canonical_id):
                    return
            if time.monotonic() >= until:
                raise NotFound("Product")
            await asyncio.sleep(PRODUCT_SECONDS / 40)

    async def add_product(self, session: AsyncSession, product_id: str) -> None:
        """Remember a product of the catalog."""
        await repository.add_product(session, product_id, self._clock())

    async def delete_product(self, session: AsyncSession, product_id: str) -> None:
        """Forget a deleted product, and remove all its images; the files stay with their owners."""
        await repository.delete_product(session, product_id)
        await repository.delete_product_images(session, product_id)

    async def set_avatar(self, session: AsyncSession, user_id: str, media_id: str | None) -> None:
        """Set or remove the avatar of the user. Raises NotAnImage, NotFound."""
        image_ids = await self._own_images(session, user_id, "mediaId", [media_id] if media_id is not None else [])
        await repository.set_avatar(session, user_id, image_ids[0] if image_ids else None)
        await emit(session, AvatarSet(id=user_id, media_id=image_ids[0] if image_ids else None))

    def _check(self, announcement: Announcement) -> None:
        limit, problems = self._settings.max_file_bytes, Problems()
        problems.text("name", announcement.name, min_length=1, max_length=1000)
        if not 1 <= announcement.size_bytes <= limit:
            problems.add("sizeBytes", "OUT_OF_RANGE", f"sizeBytes must be between 1 and {limit}.")
        if not _MIME_TYPE.fullmatch(announcement.mime_type):
            problems.add("mimeType", "INVALID", "mimeType must be a type and a subtype, such as image/png.")
        if announcement.sha256 is not None and not _SHA256.fullmatch(announcement.sha256.lower()):
            problems.add("sha256", "INVALID", "sha256 must be 64 hexadecimal digits.")
        problems.raise_if_any()

    async def _check_quota(self, session: AsyncSession, owner_id: str, added_bytes: int) -> None:
        limit = self._settings.quota_bytes
        await repository.lock_owner(session, owner_id, self._clock())
        if await repository.bytes_of(session, owner_id) + added_bytes > limit:
            raise QuotaReached(limit)

    def _stored(self, media_id: str, owner_id: str, name: str, content: Content) -> Media:
        now = self._clock()
        return Media(
            id=media_id,
            owner_id=owner_id,
            state=MediaState.STORED.value,
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
        events = [
            MediaDeleted(id=row.id, user_id=row.owner_id, mime_type=row.mime_type, size_bytes=row.size_bytes)
            for row in rows
            if row.state == MediaState.STORED  # no event was published about announced files
        ]
        await repository.mark_deleted(session, [row.id for row in rows], self._clock())
        await emit(session, *events)

    async def _own_images(
        self, session: AsyncSession, owner_id: str, argument: str, media_ids: Sequence[str]
    ) -> list[str]:
        ids = [parse_id(media_id, "Media") for media_id in media_ids]
        found = await repository.media_by_id(session, ids)
        rows = [found.get(media_id) for media_id in ids]
        if any(row is None or row.owner_id != owner_id or row.state != MediaState.STORED for row in rows):
            raise NotFound("Media")
        if any(row is None or row.mime_type not in DISPLAYABLE for row in rows):
            raise NotAnImage(argument)
        return ids


def may_see(principal: Principal, row: Media | None) -> bool:
    """Whether the file exists, and the caller is its owner or has the scope media:moderate."""
    return row is not None and principal.owns_or_has(MODERATE, row.owner_id)


def _uploaded(row: Media) -> MediaUploaded:
    return MediaUploaded(
        id=row.id,
        user_id=row.owner_id,
        mime_type=row.mime_type,
        size_bytes=row.size_bytes,
        width=row.width,
        height=row.height,
    )
