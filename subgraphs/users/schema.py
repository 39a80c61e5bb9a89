"""The GraphQL face of the users subgraph."""

from __future__ import annotations

from typing import Annotated

import strawberry

from shared.errors import ClientError
from shared.federation import SubgraphSchema
from shared.pagination import After, Before, Connection, First, Last, connect, page_request
from subgraphs.users import repository
from subgraphs.users.models import Role, UserState
from subgraphs.users.service.accounts import checked
from subgraphs.users.service.sign_in import SignedIn
from subgraphs.users.types import AuthPayload, RegisterInput, User, UsersInfo


def _signed_in(outcome: SignedIn | ClientError) -> AuthPayload:
    if isinstance(outcome, ClientError):
        raise outcome
    return AuthPayload.of(outcome)


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


@strawberry.type(description="What can be changed.")
class Mutation:
    """The verbs."""

    @strawberry.mutation(description="Make an account, and sign in to it.")
    async def register(
        self, info: UsersInfo, input: Annotated[RegisterInput, strawberry.argument(description="Who it is.")]
    ) -> AuthPayload:
        """A new user."""
        context = info.context
        new = checked(input.plain())
        password_hash = await context.accounts.hash(new.password)
        async with context.change() as session:
            user = await context.accounts.register(session, new, password_hash)
            return AuthPayload.of(await context.sign_in.begin(session, user, context.client))

    @strawberry.mutation(description="Sign in by e-mail or username.")
    async def login(
        self,
        info: UsersInfo,
        login: Annotated[str, strawberry.argument(description="The e-mail or the username.")],
        password: Annotated[str, strawberry.argument(description="The password.")],
    ) -> AuthPayload:
        """A new session."""
        context = info.context
        attempt = await context.sign_in.attempt(context.database, login, password)
        async with context.change() as session:
            outcome = await context.sign_in.admit(session, attempt, context.client)
        return _signed_in(outcome)

    @strawberry.mutation(
        description="New tokens for a refresh token, which is used up. Using one twice ends the whole session."
    )
    async def refresh_token(
        self,
        info: UsersInfo,
        refresh_token: Annotated[str, strawberry.argument(description="The latest refresh token.")],
    ) -> AuthPayload:
        """The session goes on."""
        async with info.context.change() as session:
            outcome = await info.context.sign_in.refresh(session, refresh_token)
        return _signed_in(outcome)

    @strawberry.federation.mutation(
        description="End this session. Its access token lapses when it expires.", authenticated=True
    )
    async def logout(self, info: UsersInfo) -> bool:
        """Whether the session was alive."""
        principal = info.context.principal
        user_id = principal.require_user()
        if principal.session_id is None:
            return False
        async with info.context.change() as session:
            return await info.context.sign_in.sign_out(session, user_id, principal.session_id) > 0

    @strawberry.federation.mutation(
        description="End every session of yours, on all devices; how many there were.", authenticated=True
    )
    async def logout_everywhere(self, info: UsersInfo) -> int:
        """How many sessions were alive."""
        user_id = info.context.principal.require_user()
        async with info.context.change() as session:
            return await info.context.sign_in.sign_out(session, user_id, None)


graph = SubgraphSchema(query=Query, mutation=Mutation)
