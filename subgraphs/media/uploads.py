"""The two kinds of uploads: announced, sent to a presigned URL and completed; or sent directly.

Content is ingested before the write transaction starts, so that no transaction waits for it.
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
from subgraphs.media.images import DISPLAYABLE, THUMBNAIL_TYPE
from subgraphs.media.ingestion import Content, Ingester
from subgraphs.media.models import Media, MediaState
from subgraphs.media.orphans import Orphans
from subgraphs.media.service import Library
from subgraphs.media.settings import MediaSettings

log = logging.getLogger(__name__)


class Uploads:
    """Connects ingested content to the files of the library."""

    def __init__(
        self, settings: MediaSettings, library: Library, ingester: Ingester, *, clock: Clock = utc_now
    ) -> None:
        self._settings = settings
        self._library = library
        self._ingester = ingester
        self._clock = clock
        self.orphans = Orphans(ingester.store, clock=clock)

    @property
    def store(self) -> ObjectStore:
        """The object store."""
        return self._ingester.store

    @property
    def max_bytes(self) -> int:
        """The maximum size of a file, in bytes."""
        return self._ingester.max_bytes

    async def presigned(self, row: Media) -> Presigned:
        """The presigned request for the upload of an announced file."""
        return await self.store.presign_upload(
            row.incoming_key, size=row.size_bytes, content_type=row.mime_type, expires=row.at
        )

    async def url(self, row: Media) -> str | None:
        """A temporary download URL; None unless the file is stored."""
        if row.object_key is None or row.state != MediaState.STORED:
            return None
        inline = row.mime_type in DISPLAYABLE or row.mime_type.startswith(("video/", "audio/"))
        return await self._download(row.object_key, Served(row.name, row.mime_type, inline))

    async def thumbnail_url(self, row: Media) -> str | None:
        """A temporary download URL of the thumbnail; None if the file has none."""
        if row.thumbnail_key is None or row.state != MediaState.STORED:
            return None
        return await self._download(row.thumbnail_key, Served(f"{row.name}.webp", THUMBNAIL_TYPE, inline=True))

    async def complete(self, announced: Media, context: RequestContext) -> Media:
        """Ingest the content that was uploaded to the presigned URL.

        Raises NotUploaded, WrongChecksum, BadInput, NotFound, FilesUnavailable.
        """
        if announced.state == MediaState.STORED:
            return announced
        key = announced.incoming_key
        try:
            with _store_errors():
                if await self.store.size(key) != announced.size_bytes:
                    raise NotUploaded
                content = await self._ingester.ingest(self.store.open(key))
        except ObjectMissing as error:
            raise NotUploaded from error
        async with self._dropped_on_error(content):
            if announced.sha256 not in (None, content.sha256):
                raise WrongChecksum
            async with context.change() as session:
                stored = await self._library.complete(session, announced, content)
        if stored.object_key != content.object_key:
            await self._ingester.drop(content)  # a concurrent request completed it first
        else:
            self._clean_up_after(context, stored, content, obsolete=(key,))
        return stored

    async def add(self, owner_id: str, content: Content, name: str, context: RequestContext) -> Media:
        """Add a file of ingested content. Raises QuotaReached."""
        async with self._dropped_on_error(content), context.change() as session:
            row = await self._library.add(session, owner_id, name, content)
        self._clean_up_after(context, row, content)
        return row

    async def ingest(self, content: AsyncIterable[bytes]) -> Content:
        """Ingest content. Raises TooLarge, EmptyFile, BrokenImage, TooManyPixels, FilesUnavailable."""
        with _store_errors():
            return await self._ingester.ingest(content)

    @asynccontextmanager
    async def _dropped_on_error(self, content: Content) -> AsyncIterator[None]:
        try:
            yield
        except BaseException:
            await self._ingester.drop(content)
            raise

    def _clean_up_after(
        self, context: RequestContext, row: Media, content: Content, obsolete: tuple[str, ...] = ()
    ) -> None:
        """Once the outcome of the transaction is known, delete the `obsolete` objects, or all after a rollback."""

        async def clean_up(outcome: Outcome) -> None:
            if outcome is Outcome.UNKNOWN:
                self.orphans.add(row.id, (*content.keys, *obsolete))
            else:
                await self.orphans.remove(row.id, obsolete if outcome is Outcome.KEPT else content.keys)

        context.afterwards(clean_up)

    async def _download(self, key: str, served: Served) -> str:
        return (await self.store.presign_download(key, served, expires=self._expiry())).url

    def _expiry(self) -> datetime:
        """One to two lifetimes ahead, rounded, so that URLs stay the same for a lifetime and can be cached."""
        lifetime = self._settings.download_seconds
        expires_at = (int(self._clock().timestamp()) // lifetime + 2) * lifetime
        return datetime.fromtimestamp(expires_at, self._clock().tzinfo)


@contextmanager
def _store_errors() -> Iterator[None]:
    """Log an error of the store and convert it to a client error."""
    try:
        yield
    except StoreUnavailable as error:
        log.error("object store unavailable: %s", error)
        raise FilesUnavailable from error
