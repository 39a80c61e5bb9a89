"""Rebuilding all statistics from the event log."""

from __future__ import annotations

from hanse_subgraph.events.inbox import forget_all as forget_inbox
from hanse_subgraph.platform import STANDALONE, Platform
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.analytics import repository
from subgraphs.analytics.app import create
from subgraphs.analytics.service import Statistics, statistics
from subgraphs.analytics.settings import AnalyticsSettings


async def rebuild(settings: AnalyticsSettings, platform: Platform = STANDALONE) -> Statistics:
    """Delete all statistics and compute them again from the start of the event log; returns the result.

    No other process may consume events meanwhile. After a crash, the next start continues. Raises SettingsError.
    """
    app = create(settings.model_copy(update={"consume_events": False, "relay_events": False}), platform)
    await app.start()
    try:
        return await _rebuild(app)
    finally:
        await app.stop()


async def _rebuild(app: SubgraphApp) -> Statistics:
    assert app.events is not None
    # Rewind first: after a crash in between, events are delivered again and deduplicated, but none is lost.
    await app.events.rewind(app.name)
    async with app.database.writing() as session:
        await repository.delete_all(session)
        await forget_inbox(session, app.name)
    consumer = app.consumer()
    while await consumer.step(wait=0) or sum((await app.events.lag(app.name)).values()):
        pass
    await consumer.close()
    async with app.database.reading() as session:
        return await statistics(session)
