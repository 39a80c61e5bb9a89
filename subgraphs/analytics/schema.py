"""GraphQL operations of the analytics subgraph."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Annotated

import strawberry
from strawberry.federation.schema_directives import RequiresScopes

from hanse_subgraph.clock import in_utc, utc_now
from hanse_subgraph.errors import BadInput, FieldProblem
from hanse_subgraph.federation import SubgraphSchema
from hanse_subgraph.timeouts import set_within
from subgraphs.analytics import repository, service
from subgraphs.analytics.models import Total, TotalKind
from subgraphs.analytics.types import (
    ActivityEvent,
    ActivityPoint,
    AnalyticsInfo,
    Product,
    Stats,
    TopProduct,
    TopUser,
    User,
)

WATCH = "activity:read"
SHORTEST_INTERVAL, LONGEST_INTERVAL = 100, 60_000  # milliseconds
MOST_RANKS = 100
ACTIVITY_BATCH = 200
Limit = Annotated[int, strawberry.argument(description="How many, at most 100.")]


async def _stats(info: AnalyticsInfo) -> Stats:
    async with info.context.database.reading() as session:
        return Stats.of(await service.statistics(session))


@strawberry.type(description="Root type for reading data.")
class Query:
    """Queries of the analytics subgraph."""

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
        """The points, oldest first."""
        end = in_utc(until) if until is not None else utc_now() + timedelta(microseconds=1)
        async with info.context.session() as session:
            points = await service.series(session, step, in_utc(since), end, event_type)
        return [ActivityPoint(begins_at=point.begins_at, events=point.events) for point in points]

    @strawberry.field(description="The products that were bought for most, the first first.")
    async def top_products(self, info: AnalyticsInfo, limit: Limit = 10) -> list[TopProduct]:
        """A ranking."""
        rows = await _top(info, TotalKind.PRODUCT, limit)
        return [
            TopProduct(
                product=Product(id=strawberry.ID(row.id)), transactions=row.transactions, amount=str(row.amount_minor)
            )
            for row in rows
        ]

    @strawberry.federation.field(
        description="The users who have paid most, the first first. For admins.", requires_scopes=[[WATCH]]
    )
    async def top_users(self, info: AnalyticsInfo, limit: Limit = 10) -> list[TopUser]:
        """A ranking."""
        info.context.principal.require_scope(WATCH)
        rows = await _top(info, TotalKind.USER, limit)
        return [
            TopUser(user=User(id=strawberry.ID(row.id)), transactions=row.transactions, amount=str(row.amount_minor))
            for row in rows
        ]


async def _top(info: AnalyticsInfo, kind: TotalKind, limit: int) -> list[Total]:
    if not 1 <= limit <= MOST_RANKS:
        raise BadInput(FieldProblem("limit", "OUT_OF_RANGE", f"limit must lie between 1 and {MOST_RANKS}."))
    async with info.context.session() as session:
        return await repository.top(session, kind, limit)


@strawberry.type(description="Root type for real-time updates.")
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
                await set_within(changed, info.context.settings.live_poll_seconds)

    @strawberry.subscription(
        description="What happens from now on, event by event. For admins.",
        directives=[RequiresScopes(scopes=[[WATCH]])],
    )
    async def activity(
        self,
        info: AnalyticsInfo,
        types: Annotated[
            list[str] | None, strawberry.argument(description="Only events of these types, such as `user.registered`.")
        ] = None,
    ) -> AsyncIterator[ActivityEvent]:
        """The feed."""
        context = info.context
        context.principal.require_scope(WATCH)
        async with context.database.reading() as session:
            latest = await repository.latest_activity(session)
        while True:
            changed = context.announcements.next()
            async with context.database.reading() as session:
                rows = await repository.activity_after(session, latest, ACTIVITY_BATCH)
            for row in rows:
                latest = row.id
                if types is None or row.event_type in types:
                    yield ActivityEvent.of(row)
            if not rows:
                await set_within(changed, context.settings.live_poll_seconds)


graph = SubgraphSchema(query=Query, subscription=Subscription)
