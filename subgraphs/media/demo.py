"""Demo pictures: one of most products and of most users, sent through the same intake as real ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.demo import Act, DemoContext, DemoData, Fact, Progress, SetClock, Week
from hanse_subgraph.storage.open import open_store
from hanse_subgraph.storage.signing import Secret
from subgraphs.media import repository
from subgraphs.media.drawing import avatar_picture, product_picture
from subgraphs.media.images import MAX_CONCURRENT, Pictures
from subgraphs.media.intake import Content, Intake
from subgraphs.media.service import Library
from subgraphs.media.settings import MediaSettings

Do = Callable[[AsyncSession], Awaitable[object]]
SOON = timedelta(minutes=20)  # after the thing that it shows


class MediaDemo(DemoData):
    """The demo data of the media subgraph."""

    async def is_empty(self, session: AsyncSession) -> bool:
        """Whether there is no file yet."""
        return not await repository.any_media(session)

    async def acts(self, context: DemoContext) -> list[Act]:
        """The pictures of most products and most users."""
        wanted = sittings(context.week, context.facts.get("products", ()))
        return await acts(context.settings, context.clock, wanted, context.progress)


@dataclass(frozen=True, slots=True)
class Sitting:
    """A picture to be made: of a product, or of its owner."""

    at: datetime
    owner_id: str
    media_id: str
    product: Fact | None

    def drawn(self) -> bytes:
        """The picture."""
        if self.product is None:
            return avatar_picture(self.owner_id)
        return product_picture(self.product["name"], self.product["category"])


def sittings(week: Week, products: Sequence[Fact]) -> list[Sitting]:
    """Sellers show what they sell, and four of five users themselves."""
    chance, found = week.chance("pictures"), []
    for number, product in enumerate(products):
        at = week.later(chance, product["created_at"], SOON)
        found.append(Sitting(at, product["seller_id"], week.id("product picture", number), product))
    for number, (user_id, arrival) in enumerate(zip(week.user_ids, week.arrivals, strict=True)):
        if number == 0 or chance.random() < 0.8:
            found.append(Sitting(week.later(chance, arrival, SOON), user_id, week.id("avatar", number), None))
    return found


async def acts(settings: MediaSettings, clock: SetClock, wanted: Sequence[Sitting], progress: Progress) -> list[Act]:
    """The pictures, stored before anything is written to the database."""
    intake, library = _intake(settings), Library(settings, clock=clock)
    found: list[Act] = []
    progress.expect(len(wanted))

    async def take(waiting: Iterator[Sitting]) -> None:
        for sitting in waiting:
            picture = await asyncio.to_thread(sitting.drawn)
            content = await intake.take(_once(picture))
            found.append(Act(sitting.at, sitting.owner_id, _shows(library, sitting, content)))
            progress.advance()

    waiting = iter(wanted)
    async with intake.store.opened():
        await asyncio.gather(*(take(waiting) for _ in range(MAX_CONCURRENT)))
    return found


def _intake(settings: MediaSettings) -> Intake:
    secret = Secret(settings.signing_secret)
    store = open_store(settings.storage, public_url=settings.public_url, secret=secret)
    pictures = Pictures(most_pixels=settings.max_pixels, thumbnail_pixels=settings.thumbnail_pixels)
    return Intake(store, pictures, most_bytes=settings.max_file_bytes)


def _shows(library: Library, sitting: Sitting, content: Content) -> Do:
    """The owner keeps a picture here, and shows it."""
    assert content.picture is not None
    kept = replace(content, picture=replace(content.picture, thumbnail=b""))  # which is in the store

    async def do(session: AsyncSession) -> None:
        owner, media_id, product = sitting.owner_id, sitting.media_id, sitting.product
        await library.add(session, owner, f"{product['name']}.jpg" if product else "me.jpg", kept, media_id=media_id)
        if product is not None:
            await library.set_product_images(session, owner, product["id"], [media_id])
        else:
            await library.set_avatar(session, owner, media_id)

    return do


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
