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

strawberry.enum(service.Step, name="TimeStep", description="The length of one step of a time series, in UTC.")


@strawberry.federation.type(
    keys=[Key(fields=FieldSet("id"), resolvable=False)], description="A product in the catalog."
)
class Product:
    """A reference to an entity of the catalog subgraph."""

    id: strawberry.ID = strawberry.field(description="The id of the product (UUID).")


@strawberry.federation.type(keys=[Key(fields=FieldSet("id"), resolvable=False)], description="A user account.")
class User:
    """A reference to an entity of the users subgraph."""

    id: strawberry.ID = strawberry.field(description="The id of the user (UUID).")


@strawberry.type(description="A product and its sales.")
class TopProduct:
    product: Product = strawberry.field(description="The product.")
    transactions: int = strawberry.field(description="The number of its transactions, without cancelled ones.")
    amount: str = strawberry.field(description="The sum of the amounts, in minor units such as cents.")


@strawberry.type(description="A user and their payments.")
class TopUser:
    user: User = strawberry.field(description="The user.")
    transactions: int = strawberry.field(description="The number of paid transactions.")
    amount: str = strawberry.field(description="The sum of the amounts, in minor units such as cents.")


@strawberry.type(description="An event of the platform.")
class ActivityEvent:
    type: str = strawberry.field(description="The event type, such as `product.created`.")
    subject: strawberry.ID = strawberry.field(description="The id of the affected resource.")
    actor: User | None = strawberry.field(description="The user who caused the event. Null if nobody was signed in.")
    happened_at: datetime = strawberry.field(description="When it happened (UTC).")
    data: JSON = strawberry.field(description="The data of the event, without private data.")

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


@strawberry.type(description="The number of tasks by status.")
class TaskTotals:
    todo: int = strawberry.field(description="The number of tasks with the status TODO.")
    in_progress: int = strawberry.field(description="The number of tasks with the status IN_PROGRESS.")
    done: int = strawberry.field(description="The number of tasks with the status DONE.")
    cancelled: int = strawberry.field(description="The number of tasks with the status CANCELLED.")


@strawberry.type(description="Statistics of the whole platform. Each event is counted once.")
class Stats:
    events_processed: int = strawberry.field(description="The number of counted events.")
    unique_users: int = strawberry.field(description="The number of users who caused at least one event.")
    users: int = strawberry.field(description="The number of users.")
    products: int = strawberry.field(description="The number of products.")
    sign_ins: int = strawberry.field(description="The number of successful sign-ins.")
    failed_sign_ins: int = strawberry.field(description="The number of failed sign-ins.")
    tasks: TaskTotals = strawberry.field(description="The number of tasks by status.")

    total_transactions: int = strawberry.field(description="The number of transactions, without cancelled ones.")
    total_paid_transactions: int = strawberry.field(description="The number of paid transactions.")
    total_amount_minor: strawberry.Private[int]
    total_paid_amount_minor: strawberry.Private[int]
    media_size: strawberry.Private[int]

    @strawberry.field(description="The total size of all stored files, in bytes.")
    def media_bytes(self) -> str:
        """A string, since it can exceed GraphQL's Int."""
        return str(self.media_size)

    @strawberry.field(description="The sum of all transactions without cancelled ones, in minor units such as cents.")
    def total_amount(self) -> str:
        """A string, since it can exceed GraphQL's Int."""
        return str(self.total_amount_minor)

    @strawberry.field(description="The sum of all paid transactions, in minor units such as cents.")
    def total_paid_amount(self) -> str:
        """A string, since it can exceed GraphQL's Int."""
        return str(self.total_paid_amount_minor)

    @classmethod
    def of(cls, counted: service.Statistics) -> Self:
        """Build the GraphQL type from the statistics."""
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
    begins_at: datetime = strawberry.field(description="The start of the step (UTC).")
    events: int = strawberry.field(description="The number of events in the step.")
