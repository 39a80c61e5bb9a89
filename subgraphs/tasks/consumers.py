"""The events that the tasks subgraph handles."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.events.consumer import Handler
from hanse_subgraph.events.envelope import Event
from subgraphs.tasks.service import Tasks


def handlers(tasks: Tasks) -> dict[str, Handler]:
    """The handler of each event type."""

    async def user_deleted(session: AsyncSession, event: Event) -> None:
        await tasks.delete_user_data(session, event.subject)

    return {"user.deleted": user_deleted}
