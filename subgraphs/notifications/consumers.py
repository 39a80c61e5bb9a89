"""The events that the notifications subgraph handles."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.events.consumer import Handler
from hanse_subgraph.events.envelope import Event
from subgraphs.notifications.service import Notifications, UnknownPerson


def handlers(notifications: Notifications) -> dict[str, Handler]:
    """Each event's handler. What needs to know its user waits until it does."""
    telling: dict[str, Handler] = {
        "user.email_verification_requested": notifications.send_verification,
        "user.password_reset_requested": notifications.send_reset,
        "transaction.paid": notifications.receipt,
        "task.assigned": notifications.task_assigned,
    }

    async def tell(session: AsyncSession, event: Event) -> None:
        try:
            await telling[event.type](session, event)
        except UnknownPerson as unknown:
            if not await notifications.keep_waiting(session, unknown.user_id, event):
                await telling[event.type](session, event)

    async def tell_what_waited(session: AsyncSession, event: Event) -> None:
        for waited in await notifications.take_waiting(session, event.subject):
            await telling[waited.type](session, waited)

    async def registered(session: AsyncSession, event: Event) -> None:
        await notifications.welcome(session, event)
        await tell_what_waited(session, event)

    async def updated(session: AsyncSession, event: Event) -> None:
        await notifications.meet(session, event)
        await tell_what_waited(session, event)

    return {
        "user.registered": registered,
        "user.updated": updated,
        "user.deleted": notifications.forget,
        **dict.fromkeys(telling, tell),
    }
