"""GraphQL queries and subscriptions of the analytics subgraph."""

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
from hanse_subgraph.list_size import list_size
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

READ_ACTIVITY = "activity:read"
MIN_INTERVAL_MS, MAX_INTERVAL_MS = 100, 60_000
MAX_RANKS = 100
RANKED = list_size(10, arguments=["limit"])
ACTIVITY_BATCH = 200
Limit = Annotated[int, strawberry.argument(description="The maximum number of entries: 1 to 100.")]


async def _stats(info: AnalyticsInfo) -> Stats:
    async with info.context.database.reading() as session:
        return Stats.of(await service.statistics(session))


@strawberry.type(description="Root type for reading data.")
class Query:
    """Queries of the analytics subgraph."""

    @strawberry.field(description="Statistics of the whole platform.")
    async def stats(self, info: AnalyticsInfo) -> Stats:
        return await _stats(info)

    @strawberry.field(
        description="The number of events over time, oldest first. Steps without events are included.",
        directives=[list_size(service.MAX_POINTS)],
    )
    async def activity_series(
        self,
        info: AnalyticsInfo,
        step: Annotated[service.Step, strawberry.argument(description="The length of one step.")],
        since: Annotated[datetime, strawberry.argument(description="The start. The first step contains this time.")],
        until: Annotated[datetime | None, strawberry.argument(description="The end. Defaults to now.")] = None,
        event_type: Annotated[
            str | None, strawberry.argument(description="Only events of this type, such as `user.registered`.")
        ] = None,
    ) -> list[ActivityPoint]:
        end = in_utc(until) if until is not None else utc_now() + timedelta(microseconds=1)
        async with info.context.session() as session:
            points = await service.series(session, step, in_utc(since), end, event_type)
        return [ActivityPoint(begins_at=point.begins_at, events=point.events) for point in points]

    @strawberry.field(description="The products with the highest sales, highest first.", directives=[RANKED])
    async def top_products(self, info: AnalyticsInfo, limit: Limit = 10) -> list[TopProduct]:
        rows = await _top(info, TotalKind.PRODUCT, limit)
        return [
            TopProduct(
                product=Product(id=strawberry.ID(row.id)), transactions=row.transactions, amount=str(row.amount_minor)
            )
            for row in rows
        ]

    @strawberry.federation.field(
        description="The users with the highest payments, highest first. Requires the scope activity:read.",
        requires_scopes=[[READ_ACTIVITY]],
        directives=[RANKED],
    )
    async def top_users(self, info: AnalyticsInfo, limit: Limit = 10) -> list[TopUser]:
        info.context.principal.require_scope(READ_ACTIVITY)
        rows = await _top(info, TotalKind.USER, limit)
        return [
            TopUser(user=User(id=strawberry.ID(row.id)), transactions=row.transactions, amount=str(row.amount_minor))
            for row in rows
        ]


async def _top(info: AnalyticsInfo, kind: TotalKind, limit: int) -> list[Total]:
    if not 1 <= limit <= MAX_RANKS:
        raise BadInput(FieldProblem("limit", "OUT_OF_RANGE", f"limit must be between 1 and {MAX_RANKS}."))
    async with info.context.session() as session:
        return await repository.top(session, kind, limit)


@strawberry.type(description="Root type for real-time updates.")
class Subscription:
    """Subscriptions of the analytics subgraph."""

    @strawberry.subscription(
        description="Statistics of the whole platform: the current ones immediately, then after each change."
    )
    async def live_stats(
        self,
        info: AnalyticsInfo,
        interval_ms: Annotated[
            int, strawberry.argument(description="The minimum interval between updates, in milliseconds: 100 to 60000.")
        ] = 1000,
    ) -> AsyncIterator[Stats]:
        if not MIN_INTERVAL_MS <= interval_ms <= MAX_INTERVAL_MS:
            message = f"intervalMs must be between {MIN_INTERVAL_MS} and {MAX_INTERVAL_MS}."
            raise BadInput(FieldProblem("intervalMs", "OUT_OF_RANGE", message))
        sent: Stats | None = None
        while True:
            changed = info.context.announcements.next()
            current = await _stats(info)
            if current != sent:
                sent = current
                yield current
                await asyncio.sleep(interval_ms / 1000)
            else:
                await set_within(changed, info.context.settings.live_poll_seconds)

    @strawberry.subscription(
        description="The events of the platform as they happen. Requires the scope activity:read.",
        directives=[RequiresScopes(scopes=[[READ_ACTIVITY]])],
    )
    async def activity(
        self,
        info: AnalyticsInfo,
        types: Annotated[
            list[str] | None, strawberry.argument(description="Only events of these types, such as `user.registered`.")
        ] = None,
    ) -> AsyncIterator[ActivityEvent]:
        context = info.context
        context.principal.require_scope(READ_ACTIVITY)
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
