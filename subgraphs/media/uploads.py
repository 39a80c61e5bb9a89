"""The two ways of a file into the library: announced, put at a presigned URL and completed; or sent to us directly.

Content is taken in before the database is asked to write, so that no transaction waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.context import Outcome, RequestContext
from hanse_subgraph.storage.protocol import ObjectMissing, ObjectStore, Presigned, Served, StoreUnavailable
from subgraphs.media.errors import FilesUnavailable, NotUploaded, WrongChecksum
from subgraphs.media.images import SHOWN, THUMBNAIL_TYPE
from subgraphs.media.intake import Content, Intake
from subgraphs.media.models import Media, MediaState
from subgraphs.media.service import Library
from subgraphs.media.settings import MediaSettings
from subgraphs.media.strays import Strays

log = logging.getLogger(__name__)


class Uploads:
    """Brings content and library together."""

    def __init__(self, settings: MediaSettings, library: Library, intake: Intake, *, clock: Clock = utc_now) -> None:
        self._settings = settings
        self._library = library
        self._intake = intake
        self._clock = clock
        self.strays = Strays(intake.store, clock=clock)

    @property
    def store(self) -> ObjectStore:
        """Where the objects are."""
        return self._intake.store

    @property
    def most_bytes(self) -> int:
        """Size of the largest file."""
        return self._intake.most_bytes

    def presigned(self, row: Media) -> Presigned:
        """Where an announced file is to be put, until it expires."""
        return self.store.presign_upload(
            row.incoming_key, size=row.size_bytes, content_type=row.mime_type, expires=row.at
        )

    def url(self, row: Media) -> str | None:
        """Where a kept file can be had for a while; None for others."""
        if row.object_key is None or row.state != MediaState.KEPT:
            return None
        inline = row.mime_type in SHOWN or row.mime_type.startswith(("video/", "audio/"))
        return self._download(row.object_key, Served(row.name, row.mime_type, inline))

    def thumbnail_url(self, row: Media) -> str | None:
        """Where a picture's thumbnail can be had for a while; None for other files."""
        if row.thumbnail_key is None or row.state != MediaState.KEPT:
            return None
        return self._download(row.thumbnail_key, Served(f"{row.name}.webp", THUMBNAIL_TYPE, inline=True))

    async def complete(self, announced: Media, context: RequestContext) -> Media:
        """Take in what was put at the presigned URL.

        Raises NotUploaded, WrongChecksum, BadInput, NotFound, FilesUnavailable.
        """
        if announced.state == MediaState.KEPT:
            return announced
        key = announced.incoming_key
        try:
            with _told():
                if await self.store.size(key) != announced.size_bytes:
                    raise NotUploaded
                content = await self._intake.take(self.store.open(key))
        except ObjectMissing as error:
            raise NotUploaded from error
        async with self._kept_or_dropped(content):
            if announced.sha256 not in (None, content.sha256):
                raise WrongChecksum
            async with context.change() as session:
                kept = await self._library.keep(session, announced, content)
        if kept.object_key != content.object_key:
            await self._intake.drop(content)  # somebody else completed it meanwhile
        else:
            self._settle_afterwards(context, kept, content, no_more=(key,))
        return kept

    async def add(self, owner_id: str, content: Content, name: str, context: RequestContext) -> Media:
        """A new file of content that was taken in. Raises QuotaReached."""
        async with self._kept_or_dropped(content), context.change() as session:
            row = await self._library.add(session, owner_id, name, content)
        self._settle_afterwards(context, row, content)
        return row

    async def take(self, content: AsyncIterable[bytes]) -> Content:
        """Take content in. Raises TooLarge, EmptyFile, BrokenImage, TooManyPixels, FilesUnavailable."""
        with _told():
            return await self._intake.take(content)

    @asynccontextmanager
    async def _kept_or_dropped(self, content: Content) -> AsyncIterator[None]:
        try:
            yield
        except BaseException:
            await self._intake.drop(content)
            raise

    def _settle_afterwards(
        self, context: RequestContext, row: Media, content: Content, no_more: tuple[str, ...] = ()
    ) -> None:
        """Once it is known what became of the row: remove its objects, or those that it needs `no_more`."""

        async def settle(outcome: Outcome) -> None:
            if outcome is Outcome.UNKNOWN:
                self.strays.note(row.id, (*content.keys, *no_more))
            else:
                await self.strays.remove(row.id, no_more if outcome is Outcome.KEPT else content.keys)

        context.afterwards(settle)

    def _download(self, key: str, served: Served) -> str:
        return self.store.presign_download(key, served, expires=self._expiry()).url

    def _expiry(self) -> datetime:
        """Between one and two spans ahead, at a round time: URLs stay the same for a span, and can be cached by it."""
        span = self._settings.download_seconds
        ahead = (int(self._clock().timestamp()) // span + 2) * span
        return datetime.fromtimestamp(ahead, self._clock().tzinfo)


@contextmanager
def _told() -> Iterator[None]:
    """The store's trouble in one line of the log, and as what clients are told of it."""
    try:
        yield
    except StoreUnavailable as error:
        log.error("a file cannot be kept: %s", error)
        raise FilesUnavailable from error
