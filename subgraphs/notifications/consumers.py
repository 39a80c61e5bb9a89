"""The events that the notifications subgraph handles."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.events.consumer import Handler
from hanse_subgraph.events.envelope import Event
from subgraphs.notifications.service import Notifications, UnknownPerson


def handlers(notifications: Notifications) -> dict[str, Handler]:
    """The handler of each event type. An event about a user who is not known yet is postponed until it is."""
    notifying: dict[str, Handler] = {
        "user.email_verification_requested": notifications.send_verification,
        "user.password_reset_requested": notifications.send_reset,
        "user.email_verified": notifications.verified,
        "user.email_change_requested": notifications.email_change,
        "transaction.paid": notifications.receipt,
        "task.assigned": notifications.task_assigned,
    }

    async def notify(session: AsyncSession, event: Event) -> None:
        if event.is_erased:
            return  # its author was deleted meanwhile
        try:
            await notifying[event.type](session, event)
        except UnknownPerson as unknown:
            if not await notifications.postpone(session, unknown.user_id, event):
                await notifying[event.type](session, event)

    async def handle_postponed(session: AsyncSession, event: Event) -> None:
        for postponed in await notifications.take_postponed(session, event.subject):
            if not postponed.is_erased:
                await notifying[postponed.type](session, postponed)

    async def registered(session: AsyncSession, event: Event) -> None:
        if event.is_erased:
            return
        await notifications.welcome(session, event)
        await handle_postponed(session, event)

    async def updated(session: AsyncSession, event: Event) -> None:
        if event.is_erased:
            return
        await notifications.update_person(session, event)
        await handle_postponed(session, event)

    return {
        "user.registered": registered,
        "user.updated": updated,
        "user.deleted": notifications.delete_user_data,
        **dict.fromkeys(notifying, notify),
    }
