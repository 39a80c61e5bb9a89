"""The GraphQL face of the users subgraph: the questions. The verbs stand in mutations.py."""

from __future__ import annotations

from typing import Annotated

import strawberry

from hanse_subgraph.clock import utc_now
from hanse_subgraph.federation import SubgraphSchema
from hanse_subgraph.pagination import After, Before, Connection, First, Last, connect, page_request
from subgraphs.users import repository
from subgraphs.users.models import Role, UserState
from subgraphs.users.mutations import Mutation
from subgraphs.users.types import ApiKey, SessionType, User, UsersInfo


@strawberry.type(description="What can be asked.")
class Query:
    """The questions."""

    @strawberry.federation.field(description="Who is signed in.", authenticated=True)
    async def me(self, info: UsersInfo) -> User | None:
        """The caller."""
        return User.of(await info.context.user(info.context.principal.require_user()))

    @strawberry.field(description="The user of this id; null where there is none.")
    async def user(
        self, info: UsersInfo, id: Annotated[strawberry.ID, strawberry.argument(description="The user's id.")]
    ) -> User | None:
        """One user."""
        return User.of(await info.context.user(id))

    @strawberry.field(description="The user of this name; null where there is none.")
    async def user_by_username(
        self, info: UsersInfo, username: Annotated[str, strawberry.argument(description="The name, in any case.")]
    ) -> User | None:
        """One user."""
        async with info.context.session() as session:
            found = await repository.user_by_username(session, username)
        return User.of(found if found is not None and found.state != UserState.DELETED else None)

    @strawberry.federation.field(
        description="All users, the newest first. For admins.", requires_scopes=[["users:read"]]
    )
    async def users(
        self,
        info: UsersInfo,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        search: Annotated[
            str | None, strawberry.argument(description="A part of the username, the e-mail or the names.")
        ] = None,
        role: Annotated[Role | None, strawberry.argument(description="Only users of this role.")] = None,
        state: Annotated[
            UserState | None,
            strawberry.argument(description="Only users in this state; all but deleted ones where not given."),
        ] = None,
    ) -> Connection[User]:
        """A page of users."""
        info.context.principal.require_scope("users:read")
        page = page_request(first, after, last, before)
        async with info.context.session() as session:
            piece = await repository.page_of_users(session, page, search=search, role=role, state=state)

        async def counted() -> int:
            async with info.context.session() as session:
                return await repository.count_users(session, search=search, role=role, state=state)

        return connect(piece, lambda record: User(record=record), counted)

    @strawberry.federation.field(description="Your sessions that are alive, the latest used first.", authenticated=True)
    async def my_sessions(self, info: UsersInfo) -> list[SessionType]:
        """The caller's sessions."""
        principal = info.context.principal
        user_id = principal.require_user()
        async with info.context.session() as session:
            living = await repository.living_sessions(session, user_id, utc_now())
        return [SessionType.of(record, principal.session_id) for record in living]

    @strawberry.federation.field(description="Your API keys, the newest first.", authenticated=True)
    async def my_api_keys(self, info: UsersInfo) -> list[ApiKey]:
        """The caller's keys."""
        user_id = info.context.principal.require_user()
        async with info.context.session() as session:
            return [ApiKey.of(record) for record in await repository.api_keys(session, user_id)]


graph = SubgraphSchema(query=Query, mutation=Mutation)
