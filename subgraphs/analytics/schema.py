"""The GraphQL face of the analytics subgraph."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Annotated

import strawberry

from shared.clock import in_utc, utc_now
from shared.errors import BadInput, FieldProblem
from shared.federation import SubgraphSchema
from shared.waiting import within
from subgraphs.analytics import service
from subgraphs.analytics.types import ActivityPoint, AnalyticsInfo, Stats

SHORTEST_INTERVAL, LONGEST_INTERVAL = 100, 60_000  # milliseconds


async def _stats(info: AnalyticsInfo) -> Stats:
    async with info.context.database.reading() as session:
        return Stats.of(await service.statistics(session))


@strawberry.type(description="What can be asked.")
class Query:
    """The questions."""

    @strawberry.field(description="What has happened on the platform so far.")
    async def stats(self, info: AnalyticsInfo) -> Stats:
        """The numbers now."""
        return await _stats(info)

    @strawberry.field(description="How much happened, step by step, those without events included.")
    async def activity_series(
        self,
        info: AnalyticsInfo,
        step: Annotated[service.Step, strawberry.argument(description="How long one point is.")],
        since: Annotated[datetime, strawberry.argument(description="The first point holds this moment.")],
        until: Annotated[datetime | None, strawberry.argument(description="Where it ends; now, if not given.")] = None,
        event_type: Annotated[
            str | None, strawberry.argument(description="Only events of this type, such as `user.registered`.")
        ] = None,
    ) -> list[ActivityPoint]:
        """The points, the oldest first."""
        end = in_utc(until) if until is not None else utc_now() + timedelta(microseconds=1)
        async with info.context.session() as session:
            points = await service.series(session, step, in_utc(since), end, event_type)
        return [ActivityPoint(begins_at=point.begins_at, events=point.events) for point in points]


@strawberry.type(description="What can be watched.")
class Subscription:
    """The streams."""

    @strawberry.subscription(description="What has happened so far: at once, and again whenever it changes.")
    async def live_stats(
        self,
        info: AnalyticsInfo,
        interval_ms: Annotated[
            int, strawberry.argument(description="At most one answer in so many milliseconds; 100 to 60000.")
        ] = 1000,
    ) -> AsyncIterator[Stats]:
        """The numbers, again and again."""
        if not SHORTEST_INTERVAL <= interval_ms <= LONGEST_INTERVAL:
            said = f"intervalMs must lie between {SHORTEST_INTERVAL} and {LONGEST_INTERVAL}."
            raise BadInput(FieldProblem("intervalMs", "OUT_OF_RANGE", said))
        shown: Stats | None = None
        while True:
            changed = info.context.announcements.next()
            now = await _stats(info)
            if now != shown:
                shown = now
                yield now
                await asyncio.sleep(interval_ms / 1000)
            else:
                await within(changed, info.context.settings.live_poll_seconds)


graph = SubgraphSchema(query=Query, subscription=Subscription)
