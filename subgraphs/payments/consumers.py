"""The events that the payments subgraph handles."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.events.consumer import Handlers
from hanse_subgraph.events.envelope import Event
from subgraphs.payments import repository


async def user_deleted(session: AsyncSession, event: Event) -> None:
    """Delete what a deleted user typed."""
    await repository.erase_texts(session, event.subject)


HANDLERS: Handlers = {"user.deleted": user_deleted}
