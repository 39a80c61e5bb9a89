"""The events that the media subgraph handles."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.events.consumer import Handler
from hanse_subgraph.events.envelope import Event
from subgraphs.media.service import Library


def handlers(library: Library) -> dict[str, Handler]:
    """The handler of each event type."""

    async def user_deleted(session: AsyncSession, event: Event) -> None:
        await library.delete_user_data(session, event.subject)

    async def product_deleted(session: AsyncSession, event: Event) -> None:
        await library.delete_product_images(session, event.subject)

    return {"user.deleted": user_deleted, "product.deleted": product_deleted}
