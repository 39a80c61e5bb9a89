"""GraphQL types of the analytics subgraph."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet
from strawberry.scalars import JSON
from strawberry.types import Info

from subgraphs.analytics import models, service
from subgraphs.analytics.loaders import AnalyticsContext

AnalyticsInfo = Info[AnalyticsContext, None]

strawberry.enum(service.Step, name="TimeStep", description="How long one point of a time series is, in UTC.")


@strawberry.federation.type(
    keys=[Key(fields=FieldSet("id"), resolvable=False)], description="A product in the catalog."
)
class Product:
    """A product, which the catalog knows."""

    id: strawberry.ID = strawberry.field(description="The id of the product (UUID).")


@strawberry.federation.type(keys=[Key(fields=FieldSet("id"), resolvable=False)], description="A user account.")
class User:
    """A user, whom the users subgraph knows."""

    id: strawberry.ID = strawberry.field(description="The id of the user (UUID).")


@strawberry.type(description="A product and what it was bought for.")
class TopProduct:
    """A rank among products."""

    product: Product = strawberry.field(description="The product.")
    transactions: int = strawberry.field(description="How often it was bought, cancelled transactions left out.")
    amount: str = strawberry.field(description="What that comes to, in minor units.")


@strawberry.type(description="A user and what they have paid.")
class TopUser:
    """A rank among users."""

    user: User = strawberry.field(description="The user.")
    transactions: int = strawberry.field(description="How many transactions they have paid.")
    amount: str = strawberry.field(description="What that comes to, in minor units.")


@strawberry.type(description="Something that happened on the platform.")
class ActivityEvent:
    """One event of the feed."""

    type: str = strawberry.field(description="What happened, such as `product.created`.")
    subject: strawberry.ID = strawberry.field(description="The id of what it happened to.")
    actor: User | None = strawberry.field(description="Who did it; null: nobody who was signed in.")
    happened_at: datetime = strawberry.field(description="When (UTC).")
    data: JSON = strawberry.field(description="What else the event says, without what is private.")

    @classmethod
    def of(cls, row: models.Activity) -> Self:
        """Build the GraphQL type from a row."""
        return cls(
            type=row.event_type,
            subject=strawberry.ID(row.subject),
            actor=User(id=strawberry.ID(row.actor_id)) if row.actor_id else None,
            happened_at=row.happened_at,
            data=JSON(row.data),
        )


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
    media_size: strawberry.Private[int]

    @strawberry.field(description="How many bytes the files that are kept have together.")
    def media_bytes(self) -> str:
        """As a text: it may pass what GraphQL's Int holds."""
        return str(self.media_size)

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
            media_size=counted.media_bytes,
        )


@strawberry.type(description="One point of a time series.")
class ActivityPoint:
    """A moment and a number."""

    begins_at: datetime = strawberry.field(description="When the point's step begins (UTC).")
    events: int = strawberry.field(description="How many events happened in it.")
