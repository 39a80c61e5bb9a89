"""Demo pictures: one of most products and of most users, ingested like real uploads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.demo import DemoAction, DemoContext, DemoData, DemoWeek, Fact, Progress, SetClock
from hanse_subgraph.storage.open import open_store
from hanse_subgraph.storage.signing import Secret
from subgraphs.media import repository
from subgraphs.media.demo_images import avatar_picture, product_picture
from subgraphs.media.images import MAX_CONCURRENT, Pictures
from subgraphs.media.ingestion import Content, Ingester
from subgraphs.media.service import Library
from subgraphs.media.settings import MediaSettings

Run = Callable[[AsyncSession], Awaitable[object]]
SOON = timedelta(minutes=20)  # the maximum delay after the product or the registration


class MediaDemo(DemoData):
    """The demo data of the media subgraph."""

    async def is_empty(self, session: AsyncSession) -> bool:
        """Whether there is no file yet."""
        return not await repository.any_media(session)

    async def actions(self, context: DemoContext) -> list[DemoAction]:
        """The pictures of most products and most users."""
        wanted = planned_pictures(context.week, context.facts.get("products", ()))
        return await actions(context.settings, context.clock, wanted, context.progress)


@dataclass(frozen=True, slots=True)
class PlannedPicture:
    """A picture to be created: of a product, or an avatar of its owner."""

    at: datetime
    owner_id: str
    media_id: str
    product: Fact | None

    def draw(self) -> bytes:
        """The picture as JPEG."""
        if self.product is None:
            return avatar_picture(self.owner_id)
        return product_picture(self.product["name"], self.product["category"])


def planned_pictures(week: DemoWeek, products: Sequence[Fact]) -> list[PlannedPicture]:
    """The pictures of all products, and the avatars of four of five users."""
    generator, found = week.generator("pictures"), []
    for number, product in enumerate(products):
        at = week.later(generator, product["created_at"], SOON)
        found.append(PlannedPicture(at, product["seller_id"], week.id("product picture", number), product))
    for number, (user_id, arrival) in enumerate(zip(week.user_ids, week.arrivals, strict=True)):
        if number == 0 or generator.random() < 0.8:
            found.append(PlannedPicture(week.later(generator, arrival, SOON), user_id, week.id("avatar", number), None))
    return found


async def actions(
    settings: MediaSettings, clock: SetClock, wanted: Sequence[PlannedPicture], progress: Progress
) -> list[DemoAction]:
    """The pictures, stored before anything is written to the database."""
    store = open_store(settings.storage, public_url=settings.public_url, secret=Secret(settings.signing_secret))
    pictures, library = Pictures(settings), Library(settings, clock=clock)
    ingester = Ingester(store, pictures, max_bytes=settings.max_file_bytes)
    found: list[DemoAction] = []
    progress.expect(len(wanted))

    async def ingest(waiting: Iterator[PlannedPicture]) -> None:
        for plan in waiting:
            picture = await asyncio.to_thread(plan.draw)
            content = await ingester.ingest(_once(picture))
            found.append(DemoAction(plan.at, plan.owner_id, _add_picture(library, plan, content)))
            progress.advance()

    waiting = iter(wanted)
    async with store.opened():
        try:
            await asyncio.gather(*(ingest(waiting) for _ in range(MAX_CONCURRENT)))
        finally:
            await pictures.close()
    return found


def _add_picture(library: Library, plan: PlannedPicture, content: Content) -> Run:
    """Add a picture and use it as product image or avatar."""
    assert content.picture is not None
    stored = replace(content, picture=replace(content.picture, thumbnail=b""))  # the thumbnail is already in the store

    async def run(session: AsyncSession) -> None:
        owner, media_id, product = plan.owner_id, plan.media_id, plan.product
        await library.add(session, owner, f"{product['name']}.jpg" if product else "me.jpg", stored, media_id=media_id)
        if product is not None:
            await library.set_product_images(session, owner, product["id"], [media_id])
        else:
            await library.set_avatar(session, owner, media_id)

    return run


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
