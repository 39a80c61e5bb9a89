"""GraphQL queries, mutations and subscriptions of the notifications subgraph."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import strawberry
from strawberry.federation.schema_directives import Authenticated

from hanse_subgraph.federation import SubgraphSchema
from hanse_subgraph.list_size import list_size
from hanse_subgraph.pagination import After, Before, Connection, First, Last, connect, connection_field, page_request
from hanse_subgraph.timeouts import set_within
from subgraphs.notifications import repository
from subgraphs.notifications.models import Kind, Language
from subgraphs.notifications.types import Notification, NotificationPreference, NotificationsInfo, SentMail

SEND_MAIL, WRITE_PROFILE = "mail:send", "profile:write"


@strawberry.type(description="Root type for reading data.")
class Query:
    """Queries of the notifications subgraph."""

    @connection_field(
        description="The caller's notifications, newest first. Requires authentication.", authenticated=True
    )
    async def my_notifications(
        self,
        info: NotificationsInfo,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        unread: Annotated[bool, strawberry.argument(description="Only unread notifications.")] = False,
    ) -> Connection[Notification]:
        user_id = info.context.principal.require_user()
        page = page_request(first, after, last, before)
        async with info.context.session() as session:
            piece = await repository.page_of_notifications(session, user_id, page, unread=unread)

        async def counted() -> int:
            async with info.context.session() as session:
                return await repository.count_notifications(session, user_id, unread=unread)

        return connect(piece, Notification.of, counted)

    @strawberry.federation.field(
        description="The caller's preferences for each kind of notification. Requires authentication.",
        authenticated=True,
        directives=[list_size(len(Kind))],
    )
    async def my_notification_preferences(self, info: NotificationsInfo) -> list[NotificationPreference]:
        user_id = info.context.principal.require_user()
        async with info.context.session() as session:
            preferences = await repository.preferences(session, user_id)
        return [NotificationPreference.of(kind, preferences.get(kind.value)) for kind in Kind]


@strawberry.type(description="Root type for changing data.")
class Mutation:
    """Mutations of the notifications subgraph."""

    @strawberry.federation.mutation(
        description="Mark a notification of the caller as read. Requires the scope profile:write.",
        requires_scopes=[[WRITE_PROFILE]],
    )
    async def mark_notification_read(
        self,
        info: NotificationsInfo,
        id: Annotated[strawberry.ID, strawberry.argument(description="The id of the notification.")],
    ) -> Notification:
        user_id = info.context.principal.require_scope(WRITE_PROFILE)
        async with info.context.change() as session:
            return Notification.of(await info.context.notifications.mark_read(session, user_id, id))

    @strawberry.federation.mutation(
        description="Mark all notifications of the caller as read and return the number that were unread. "
        "Requires the scope profile:write.",
        requires_scopes=[[WRITE_PROFILE]],
    )
    async def mark_all_notifications_read(self, info: NotificationsInfo) -> int:
        user_id = info.context.principal.require_scope(WRITE_PROFILE)
        async with info.context.change() as session:
            return await info.context.notifications.mark_all_read(session, user_id)

    @strawberry.federation.mutation(
        description="Set the caller's preference for a kind of notification. Requires the scope profile:write.",
        requires_scopes=[[WRITE_PROFILE]],
    )
    async def set_notification_preference(
        self,
        info: NotificationsInfo,
        kind: Annotated[Kind, strawberry.argument(description="The kind of notification.")],
        in_app: Annotated[bool, strawberry.argument(description="Whether to show it in the app.")],
        by_mail: Annotated[bool, strawberry.argument(description="Whether to send it by mail.")],
    ) -> NotificationPreference:
        user_id = info.context.principal.require_scope(WRITE_PROFILE)
        async with info.context.change() as session:
            notifications = info.context.notifications
            row = await notifications.set_preference(session, user_id, kind, in_app=in_app, by_mail=by_mail)
        return NotificationPreference.of(kind, row)

    @strawberry.federation.mutation(
        description="Set the language of the caller's mail. Requires the scope profile:write.",
        requires_scopes=[[WRITE_PROFILE]],
    )
    async def set_mail_language(
        self, info: NotificationsInfo, language: Annotated[Language, strawberry.argument(description="The language.")]
    ) -> Language:
        user_id = info.context.principal.require_scope(WRITE_PROFILE)
        async with info.context.change() as session:
            return await info.context.notifications.set_language(session, user_id, language)

    @strawberry.federation.mutation(
        description="Send a mail to a user. Requires the scope mail:send.", requires_scopes=[[SEND_MAIL]]
    )
    async def send_mail(
        self,
        info: NotificationsInfo,
        user_id: Annotated[strawberry.ID, strawberry.argument(description="The id of the recipient.")],
        subject: Annotated[str, strawberry.argument(description="The subject: 1 to 200 characters.")],
        text: Annotated[str, strawberry.argument(description="The text: 1 to 20,000 characters of plain text.")],
    ) -> SentMail:
        sender_id = info.context.principal.require_scope(SEND_MAIL)
        async with info.context.change() as session:
            notifications = info.context.notifications
            return SentMail.of(await notifications.send_message(session, sender_id, user_id, subject, text))


@strawberry.type(description="Root type for real-time updates.")
class Subscription:
    """Subscriptions of the notifications subgraph."""

    @strawberry.subscription(
        description="The caller's notifications as they are created. Requires authentication.",
        directives=[Authenticated()],
    )
    async def notification_added(self, info: NotificationsInfo) -> AsyncIterator[Notification]:
        context = info.context
        user_id = context.principal.require_user()
        async with context.database.reading() as session:
            latest = await repository.latest_id(session, user_id)
        while True:
            announced = context.announcements.next()
            async with context.database.reading() as session:
                rows = await repository.notifications_after(session, user_id, latest)
            for row in rows:
                latest = row.id
                yield Notification.of(row)
            if not rows:
                await set_within(announced, context.settings.live_poll_seconds)


graph = SubgraphSchema(query=Query, mutation=Mutation, subscription=Subscription)
