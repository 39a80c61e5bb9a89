"""GraphQL types of the notifications subgraph."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import strawberry
from strawberry.types import Info

from subgraphs.notifications import models
from subgraphs.notifications.loaders import NotificationsContext
from subgraphs.notifications.service import is_mailed_by_default

NotificationsInfo = Info[NotificationsContext, None]

strawberry.enum(models.Kind, name="NotificationKind", description="The kind of a notification.")
strawberry.enum(models.Language, name="Language", description="A language of mail.")
strawberry.enum(models.MailState, name="MailState", description="The state of a mail.")


@strawberry.type(description="A notification to a user.")
class Notification:
    id: strawberry.ID = strawberry.field(description="The id of the notification (UUID).")
    kind: models.Kind = strawberry.field(description="The kind of the notification.")
    title: str = strawberry.field(description="The title, in one line.")
    body: str = strawberry.field(description="The text.")
    created_at: datetime = strawberry.field(description="When the reported event happened (UTC).")
    read_at: datetime | None = strawberry.field(description="When it was read (UTC). Null if unread.")

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


@strawberry.type(description="A user's preference for a kind of notification.")
class NotificationPreference:
    kind: models.Kind = strawberry.field(description="The kind of notification.")
    in_app: bool = strawberry.field(description="Whether it is shown in the app.")
    by_mail: bool = strawberry.field(description="Whether it is sent by mail.")
    fixed: bool = strawberry.field(description="Whether the preference cannot be changed.")

    @classmethod
    def of(cls, kind: models.Kind, row: models.Preference | None) -> Self:
        """The preference of the user, or the default."""
        fixed = kind in models.MAIL_ONLY_KINDS
        by_mail = fixed or (row.by_mail if row is not None else is_mailed_by_default(kind))
        in_app = not fixed and (row is None or row.in_app)
        return cls(kind=kind, in_app=in_app, by_mail=by_mail, fixed=fixed)


@strawberry.type(description="A mail queued by `sendMail`.")
class SentMail:
    id: strawberry.ID = strawberry.field(description="The id of the mail (UUID).")
    state: models.MailState = strawberry.field(description="The state of the mail.")

    @classmethod
    def of(cls, row: models.QueuedMail) -> Self:
        """Build the GraphQL type from a row."""
        return cls(id=strawberry.ID(row.id), state=models.MailState(row.state))
