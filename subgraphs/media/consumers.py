"""The events that the media subgraph handles."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.events.consumer import Handler
from hanse_subgraph.events.envelope import Event
from subgraphs.media.service import Library, Revoked


def handlers(library: Library) -> dict[str, Handler]:
    """The handler of each event type."""

    async def user_deleted(session: AsyncSession, event: Event) -> None:
        await library.delete_user_data(session, event.subject)

    async def product_created(session: AsyncSession, event: Event) -> None:
        await library.add_product(session, event.subject)

    async def access_revoked(session: AsyncSession, event: Event) -> None:
        data = event.data
        revoked_at, expires_at = (datetime.fromisoformat(data[name]) for name in ("revokedAt", "expiresAt"))
        await library.revoke_access(session, event.subject, Revoked(data["sessionId"], revoked_at, expires_at))

    async def product_deleted(session: AsyncSession, event: Event) -> None:
        await library.delete_product(session, event.subject)

    return {
        "user.access_revoked": access_revoked,
        "user.deleted": user_deleted,
        "product.created": product_created,
        "product.deleted": product_deleted,
    }
