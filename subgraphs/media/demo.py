"""Demo pictures: one of most products and of most users, sent through the same intake as real ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.demo import Act, SetClock, Ware, Week
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


async def is_empty(session: AsyncSession) -> bool:
    """Whether no file is kept yet."""
    return not await repository.any_media(session)


@dataclass(frozen=True, slots=True)
class Sitting:
    """A picture to be made: of a product, or of its owner."""

    at: datetime
    owner_id: str
    media_id: str
    ware: Ware | None

    def drawn(self) -> bytes:
        """The picture."""
        return product_picture(self.ware.name, self.ware.category) if self.ware else avatar_picture(self.owner_id)


def sittings(week: Week, wares: Sequence[Ware]) -> list[Sitting]:
    """Sellers show what they sell, and four of five users themselves."""
    chance, found = week.chance("pictures"), []
    for number, ware in enumerate(wares):
        at = week.later(chance, ware.offered_at, SOON)
        found.append(Sitting(at, ware.seller_id, week.id("product picture", number), ware))
    for number, (user_id, arrival) in enumerate(zip(week.user_ids, week.arrivals, strict=True)):
        if number == 0 or chance.random() < 0.8:
            found.append(Sitting(week.later(chance, arrival, SOON), user_id, week.id("avatar", number), None))
    return found


async def acts(
    settings: MediaSettings, clock: SetClock, wanted: Sequence[Sitting], told: Callable[[int], object]
) -> list[Act]:
    """The pictures, taken in before anything is written; `told` hears how many more there are."""
    intake, library = _intake(settings), Library(settings, clock=clock)
    found: list[Act] = []

    async def take(waiting: Iterator[Sitting]) -> None:
        for sitting in waiting:
            picture = await asyncio.to_thread(sitting.drawn)
            content = await intake.take(_once(picture))
            found.append(Act(sitting.at, sitting.owner_id, _shows(library, sitting, content)))
            told(1)

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
        owner, media_id, ware = sitting.owner_id, sitting.media_id, sitting.ware
        await library.add(session, owner, f"{ware.name}.jpg" if ware else "me.jpg", kept, media_id=media_id)
        if ware is not None:
            await library.set_product_images(session, owner, ware.id, [media_id])
        else:
            await library.set_avatar(session, owner, media_id)

    return do


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
