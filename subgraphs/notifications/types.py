"""GraphQL types of the notifications subgraph."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import strawberry
from strawberry.types import Info

from subgraphs.notifications import models
from subgraphs.notifications.loaders import NotificationsContext

NotificationsInfo = Info[NotificationsContext, None]

strawberry.enum(models.Kind, name="NotificationKind", description="What a notification is about.")
strawberry.enum(models.Language, name="Language", description="The language of mail.")
strawberry.enum(models.MailState, name="MailState", description="What has become of a mail.")


@strawberry.type(description="What a user was told.")
class Notification:
    """A notification."""

    id: strawberry.ID = strawberry.field(description="The id of the notification (UUID).")
    kind: models.Kind = strawberry.field(description="What it is about.")
    title: str = strawberry.field(description="What it says, in one line.")
    body: str = strawberry.field(description="All that it says.")
    created_at: datetime = strawberry.field(description="When what it tells of happened (UTC).")
    read_at: datetime | None = strawberry.field(description="When it was read (UTC); null: not yet.")

    @classmethod
    def of(cls, row: models.Notification) -> Self:
        """Build the GraphQL type from a row."""
        return cls(
            id=strawberry.ID(row.id),
            kind=models.Kind(row.kind),
            title=row.title,
            body=row.body,
            created_at=row.created_at,
            read_at=row.read_at,
        )


@strawberry.type(description="What a user wants of one kind of notification.")
class NotificationPreference:
    """A preference."""

    kind: models.Kind = strawberry.field(description="The kind.")
    in_app: bool = strawberry.field(description="Whether it is shown in the app.")
    by_mail: bool = strawberry.field(description="Whether it is mailed.")
    fixed: bool = strawberry.field(description="Whether it cannot be changed.")

    @classmethod
    def of(cls, kind: models.Kind, row: models.Preference | None) -> Self:
        """The preference of a kind: what the user said, or the default."""
        fixed = kind in models.SECRET_KINDS
        in_app = not fixed and (row is None or row.in_app)
        return cls(kind=kind, in_app=in_app, by_mail=fixed or row is None or row.by_mail, fixed=fixed)


@strawberry.type(description="A mail on its way.")
class SentMail:
    """What `sendMail` answers."""

    id: strawberry.ID = strawberry.field(description="The id of the mail (UUID).")
    state: models.MailState = strawberry.field(description="What has become of it.")

    @classmethod
    def of(cls, row: models.QueuedMail) -> Self:
        """Build the GraphQL type from a row."""
        return cls(id=strawberry.ID(row.id), state=models.MailState(row.state))
