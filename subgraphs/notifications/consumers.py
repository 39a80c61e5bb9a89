"""The events that the notifications subgraph handles."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.consumer import Handler
from shared.events.envelope import Event
from subgraphs.notifications.service import Notifications


def handlers(notifications: Notifications) -> dict[str, Handler]:
    """Each event's handler."""

    async def updated(session: AsyncSession, event: Event) -> None:
        await notifications.meet(session, event)

    return {
        "user.registered": notifications.welcome,
        "user.updated": updated,
        "user.deleted": notifications.forget,
        "user.email_verification_requested": notifications.send_verification,
        "user.password_reset_requested": notifications.send_reset,
        "transaction.paid": notifications.receipt,
        "task.assigned": notifications.task_assigned,
    }
