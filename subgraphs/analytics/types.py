"""The types of the analytics subgraph as clients see them."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import strawberry
from strawberry.types import Info

from subgraphs.analytics import service
from subgraphs.analytics.loaders import AnalyticsContext

AnalyticsInfo = Info[AnalyticsContext, None]

strawberry.enum(service.Step, name="TimeStep", description="How long one point of a time series is, in UTC.")


@strawberry.type(description="How many tasks have each status.")
class TaskTotals:
    """Numbers by status."""

    todo: int = strawberry.field(description="To be done.")
    in_progress: int = strawberry.field(description="Being done.")
    done: int = strawberry.field(description="Done.")
    cancelled: int = strawberry.field(description="Not to be done any more.")


@strawberry.type(description="What has happened on the platform so far, each event counted once.")
class Stats:
    """Numbers."""

    events_processed: int = strawberry.field(description="How many events were counted.")
    unique_users: int = strawberry.field(description="How many users have done something.")
    users: int = strawberry.field(description="How many users there are.")
    products: int = strawberry.field(description="How many products are on sale.")
    sign_ins: int = strawberry.field(description="How many sign-ins succeeded.")
    failed_sign_ins: int = strawberry.field(description="How many sign-ins failed.")
    tasks: TaskTotals = strawberry.field(description="How many tasks there are, by status.")

    total_transactions: int = strawberry.field(description="How many transactions were made and not cancelled.")
    total_paid_transactions: int = strawberry.field(description="How many of them are paid.")
    total_amount_minor: strawberry.Private[int]
    total_paid_amount_minor: strawberry.Private[int]

    @strawberry.field(description="What those that were made and not cancelled come to, in minor units.")
    def total_amount(self) -> str:
        """As a text: it may pass what GraphQL's Int holds."""
        return str(self.total_amount_minor)

    @strawberry.field(description="What those that are paid come to, in minor units.")
    def total_paid_amount(self) -> str:
        """As a text: it may pass what GraphQL's Int holds."""
        return str(self.total_paid_amount_minor)

    @classmethod
    def of(cls, counted: service.Statistics) -> Self:
        """The type of what was counted."""
        return cls(
            events_processed=counted.events_processed,
            unique_users=counted.unique_users,
            users=counted.users,
            products=counted.products,
            sign_ins=counted.sign_ins,
            failed_sign_ins=counted.failed_sign_ins,
            tasks=TaskTotals(**counted.tasks),
            total_transactions=counted.total_transactions,
            total_paid_transactions=counted.total_paid_transactions,
            total_amount_minor=counted.total_amount_minor,
            total_paid_amount_minor=counted.total_paid_amount_minor,
        )


@strawberry.type(description="One point of a time series.")
class ActivityPoint:
    """A moment and a number."""

    begins_at: datetime = strawberry.field(description="When the point's step begins (UTC).")
    events: int = strawberry.field(description="How many events happened in it.")
