"""Counting everything again from the event log."""

from __future__ import annotations

from hanse_subgraph.events.inbox import forget_all as forget_inbox
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.analytics import repository
from subgraphs.analytics.app import create
from subgraphs.analytics.service import Statistics, statistics
from subgraphs.analytics.settings import AnalyticsSettings


async def rebuild(settings: AnalyticsSettings) -> Statistics:
    """Forget what was counted, and count it again from the log's start; what it comes to then.

    No other process may be counting meanwhile. Where this one dies, the next start goes on. Raises ConfigError.
    """
    app = create(settings.model_copy(update={"consume_events": False, "relay_events": False}))
    await app.start()
    try:
        return await _count_again(app)
    finally:
        await app.stop()


async def _count_again(app: SubgraphApp) -> Statistics:
    assert app.events is not None
    # In this order: were we to die in between, events would come again and be known, but none would be lost.
    await app.events.rewind(app.name)
    async with app.database.writing() as session:
        await repository.forget_all(session)
        await forget_inbox(session, app.name)
    consumer = app.consumer()
    while await consumer.step(wait=0) or sum((await app.events.lag(app.name)).values()):
        pass
    await consumer.close()
    async with app.database.reading() as session:
        return await statistics(session)
