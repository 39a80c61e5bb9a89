"""The events that the catalog subgraph handles."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.events.consumer import Handler
from hanse_subgraph.events.envelope import Event
from subgraphs.catalog.inventory import Inventory
from subgraphs.catalog.service import Catalog


def handlers(catalog: Catalog, inventory: Inventory) -> dict[str, Handler]:
    """The handler of each event type."""

    async def user_deleted(session: AsyncSession, event: Event) -> None:
        await inventory.release_all(session, event.subject)
        await catalog.delete_user_data(session, event.subject)

    return {"user.deleted": user_deleted}
