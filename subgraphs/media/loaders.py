"""Data loaders of the media subgraph: one SQL statement per request and kind of object."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from strawberry.dataloader import DataLoader

from hanse_subgraph.auth import Caller
from hanse_subgraph.context import RequestContext
from hanse_subgraph.db import Database
from hanse_subgraph.ids import known_id
from hanse_subgraph.row_batches import MAX_ROWS
from subgraphs.media import repository
from subgraphs.media.models import Media
from subgraphs.media.service import Library, may_see
from subgraphs.media.uploads import Uploads


class MediaContext(RequestContext):
    """The context of one request to the media subgraph."""

    def __init__(self, database: Database, caller: Caller, *, writes: bool, library: Library, uploads: Uploads) -> None:
        super().__init__(database, caller, writes=writes)
        self.library = library
        self.uploads = uploads
        self.by_id: DataLoader[str, Media | None] = DataLoader(self._load_media, max_batch_size=MAX_ROWS)
        # Not cached in mutations: what is read after a change must contain the change.
        few = MAX_ROWS // 4  # products, since each has some images
        self._images: DataLoader[tuple[str, str], list[Media]] = DataLoader(
            self._load_images, max_batch_size=few, cache=not writes
        )
        self._avatars: DataLoader[str, Media | None] = DataLoader(
            self._load_avatars, max_batch_size=MAX_ROWS, cache=not writes
        )

    async def media(self, media_id: str) -> Media | None:
        """The file with this id; None if missing or not visible to the caller."""
        canonical_id = known_id(media_id)
        return await self.by_id.load(canonical_id) if canonical_id else None

    async def media_of(self, ids: Sequence[str]) -> list[Media | None]:
        """The files with these ids that are visible to the caller, in the same order."""
        return list(await asyncio.gather(*(self.media(key) for key in ids)))

    async def images_of(self, product_id: str, seller_id: str) -> list[Media]:
        """The images that the seller set for a product; public."""
        product, seller = known_id(product_id), known_id(seller_id)
        return await self._images.load((product, seller)) if product and seller else []

    async def avatar_of(self, user_id: str) -> Media | None:
        """The avatar of a user; public."""
        canonical_id = known_id(user_id)
        return await self._avatars.load(canonical_id) if canonical_id else None

    async def _load_media(self, ids: list[str]) -> list[Media | None]:
        async with self.session() as session:
            found = await repository.media_by_id(session, ids)
        rows = (found.get(key) for key in ids)
        return [row if may_see(self.principal, row) else None for row in rows]

    async def _load_images(self, keys: list[tuple[str, str]]) -> list[list[Media]]:
        async with self.session() as session:
            found = await repository.product_images(session, keys)
        return [found.get(key, []) for key in keys]

    async def _load_avatars(self, user_ids: list[str]) -> list[Media | None]:
        async with self.session() as session:
            found = await repository.avatars(session, user_ids)
        return [found.get(user_id) for user_id in user_ids]
