"""GraphQL queries of the users subgraph. The mutations are in mutations.py."""

from __future__ import annotations

from typing import Annotated

import strawberry

from hanse_subgraph.argument_limits import max_length
from hanse_subgraph.clock import utc_now
from hanse_subgraph.federation import SubgraphSchema
from hanse_subgraph.list_size import list_size
from hanse_subgraph.pagination import After, Before, Connection, First, Last, connect, connection_field, page_request
from subgraphs.users import repository
from subgraphs.users.models import Role, UserState
from subgraphs.users.mutations import Mutation
from subgraphs.users.types import ApiKey, SessionType, User, UsersInfo


@strawberry.type(description="Root type for reading data.")
class Query:
    """Queries of the users subgraph."""

    @strawberry.federation.field(description="The current user. Requires authentication.", authenticated=True)
    async def me(self, info: UsersInfo) -> User | None:
        return User.of(await info.context.user(info.context.principal.require_user()))

    @strawberry.field(description="Look up a user by id. Null if there is none.")
    async def user(
        self, info: UsersInfo, id: Annotated[strawberry.ID, strawberry.argument(description="The id of the user.")]
    ) -> User | None:
        return User.of(await info.context.user(id))

    @strawberry.field(description="Look up a user by username. Null if there is none.")
    async def user_by_username(
        self,
        info: UsersInfo,
        username: Annotated[str, strawberry.argument(description="The username, case-insensitive.")],
    ) -> User | None:
        async with info.context.session() as session:
            found = await repository.user_by_username(session, username)
        return User.of(found if found is not None and found.state != UserState.DELETED else None)

    @connection_field(
        description="List users, newest first. Requires the scope users:read.", requires_scopes=[["users:read"]]
    )
    async def users(
        self,
        info: UsersInfo,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        search: Annotated[
            str | None,
            strawberry.argument(
                description="Text contained in the username, email address, first name or last name: up to 200 "
                "characters.",
                metadata=max_length(200),
            ),
        ] = None,
        role: Annotated[Role | None, strawberry.argument(description="Only users with this role.")] = None,
        state: Annotated[
            UserState | None,
            strawberry.argument(description="Only users in this state. By default, all users except deleted ones."),
        ] = None,
    ) -> Connection[User]:
        info.context.principal.require_scope("users:read")
        page = page_request(first, after, last, before)
        async with info.context.session() as session:
            piece = await repository.page_of_users(session, page, search=search, role=role, state=state)

        async def counted() -> int:
            async with info.context.session() as session:
                return await repository.count_users(session, search=search, role=role, state=state)

        return connect(piece, lambda record: User(record=record), counted)

    @strawberry.federation.field(
        description="The caller's active sessions, most recently used first. Requires authentication.",
        authenticated=True,
        directives=[list_size(20)],
    )
    async def my_sessions(self, info: UsersInfo) -> list[SessionType]:
        principal = info.context.principal
        user_id = principal.require_user()
        async with info.context.session() as session:
            active = await repository.active_sessions(session, user_id, utc_now())
        return [SessionType.of(record, principal.session_id) for record in active]

    @strawberry.federation.field(
        description="The caller's API keys, newest first. Requires authentication.",
        authenticated=True,
        directives=[list_size(20)],
    )
    async def my_api_keys(self, info: UsersInfo) -> list[ApiKey]:
        user_id = info.context.principal.require_user()
        async with info.context.session() as session:
            return [ApiKey.of(record) for record in await repository.api_keys(session, user_id)]


graph = SubgraphSchema(query=Query, mutation=Mutation)
