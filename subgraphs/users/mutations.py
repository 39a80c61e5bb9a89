"""The GraphQL face of the users subgraph: the verbs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from hanse_subgraph.clock import in_utc
from hanse_subgraph.errors import ClientError
from hanse_subgraph.ids import parse_id
from subgraphs.users.models import Role
from subgraphs.users.service.accounts import checked
from subgraphs.users.service.profile import living
from subgraphs.users.service.sign_in import SignedIn
from subgraphs.users.types import (
    AccessToken,
    ApiKey,
    AuthPayload,
    NewApiKey,
    RegisterInput,
    UpdateProfileInput,
    User,
    UsersInfo,
)

PROFILE, ADMINISTER = "profile:write", "users:write"
UserId = Annotated[strawberry.ID, strawberry.argument(description="The user's id.")]


def _signed_in(outcome: SignedIn | ClientError) -> AuthPayload:
    if isinstance(outcome, ClientError):
        raise outcome
    return AuthPayload.of(outcome)


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
        password_hash = await context.identity.accounts.hash(new.password)
        async with context.change() as session:
            user = await context.identity.accounts.register(session, new, password_hash)
            return AuthPayload.of(await context.identity.sign_in.begin(session, user, context.client))

    @strawberry.mutation(description="Sign in by e-mail or username.")
    async def login(
        self,
        info: UsersInfo,
        login: Annotated[str, strawberry.argument(description="The e-mail or the username.")],
        password: Annotated[str, strawberry.argument(description="The password.")],
    ) -> AuthPayload:
        """A new session."""
        context = info.context
        attempt = await context.identity.sign_in.attempt(context.database, login, password)
        async with context.change() as session:
            outcome = await context.identity.sign_in.admit(session, attempt, context.client)
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
            outcome = await info.context.identity.sign_in.refresh(session, refresh_token)
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
            return await info.context.identity.sign_in.sign_out(session, user_id, principal.session_id) > 0

    @strawberry.federation.mutation(
        description="End every session of yours, on all devices; how many there were.", authenticated=True
    )
    async def logout_everywhere(self, info: UsersInfo) -> int:
        """How many sessions were alive."""
        user_id = info.context.principal.require_user()
        async with info.context.change() as session:
            return await info.context.identity.sign_in.sign_out(session, user_id, None)

    @strawberry.federation.mutation(
        description="Change your profile. A new address has to be verified by a mailed link.",
        requires_scopes=[[PROFILE]],
    )
    async def update_profile(
        self, info: UsersInfo, input: Annotated[UpdateProfileInput, strawberry.argument(description="What changes.")]
    ) -> User:
        """The user as they are then."""
        user_id = info.context.principal.require_scope(PROFILE)
        async with info.context.change() as session:
            user = await info.context.identity.profiles.update(session, user_id, input.plain())
        return User(record=user)

    @strawberry.federation.mutation(
        description="Change your password. All your other sessions end.", requires_scopes=[[PROFILE]]
    )
    async def change_password(
        self,
        info: UsersInfo,
        current_password: Annotated[str, strawberry.argument(description="The present password.")],
        new_password: Annotated[str, strawberry.argument(description="8 to 256 characters, not easy to guess.")],
    ) -> User:
        """The user, whose other sessions have ended."""
        context, profiles = info.context, info.context.identity.profiles
        user_id = context.principal.require_scope(PROFILE)
        async with context.database.reading() as reading:
            user = await living(reading, user_id)
        hashed = await profiles.prepare_password(user, current_password, new_password, name="newPassword")
        async with context.change() as session:
            own_id = context.principal.session_id
            user = await profiles.change_password(session, user_id, hashed, by="CHANGE", own_session_id=own_id)
        return User(record=user)

    @strawberry.mutation(
        description="Have a link mailed that sets a new password. Always true: it does not tell who has an account."
    )
    async def request_password_reset(
        self, info: UsersInfo, email: Annotated[str, strawberry.argument(description="The account's address.")]
    ) -> bool:
        """Always true."""
        async with info.context.change() as session:
            await info.context.identity.recovery.send_reset(session, email)
        return True

    @strawberry.mutation(description="Set a new password by a mailed link, which is used up. All sessions end.")
    async def reset_password(
        self,
        info: UsersInfo,
        token: Annotated[str, strawberry.argument(description="The mailed link's token.")],
        new_password: Annotated[str, strawberry.argument(description="8 to 256 characters, not easy to guess.")],
    ) -> bool:
        """True: sign in with the new password."""
        context, identity = info.context, info.context.identity
        async with context.database.reading() as reading:
            user = await identity.recovery.user_of_reset(reading, token)
        hashed = await identity.profiles.prepare_password(user, None, new_password, name="newPassword")
        async with context.change() as session:
            user = await identity.recovery.use_reset(session, token)
            await identity.profiles.change_password(session, user.id, hashed, by="RESET", own_session_id=None)
        return True

    @strawberry.federation.mutation(
        description="Have the link mailed again that verifies your address. False: verified, or mailed too often.",
        requires_scopes=[[PROFILE]],
    )
    async def request_email_verification(self, info: UsersInfo) -> bool:
        """Whether a mail goes out."""
        user_id = info.context.principal.require_scope(PROFILE)
        async with info.context.change() as session:
            return await info.context.identity.recovery.send_verification(session, await living(session, user_id))

    @strawberry.mutation(description="Show by a mailed link that an address is yours. The link is used up.")
    async def verify_email(
        self, info: UsersInfo, token: Annotated[str, strawberry.argument(description="The mailed link's token.")]
    ) -> User:
        """The user whose address it is."""
        async with info.context.change() as session:
            user = await info.context.identity.recovery.verify_email(session, token)
        return User(record=user, own=True)

    @strawberry.federation.mutation(
        description="Delete your account and all that is personal in it. It cannot be undone.",
        requires_scopes=[[PROFILE]],
    )
    async def delete_my_account(
        self, info: UsersInfo, password: Annotated[str, strawberry.argument(description="Your password.")]
    ) -> bool:
        """True: it is gone."""
        context, profiles = info.context, info.context.identity.profiles
        user_id = context.principal.require_scope(PROFILE)
        async with context.database.reading() as reading:
            user = await living(reading, user_id)
        await profiles.confirm(user, password)
        async with context.change() as session:
            await profiles.delete(session, user_id)
        return True

    @strawberry.federation.mutation(
        description="Make a key for a machine client. It may do no more than you may now.", requires_scopes=[[PROFILE]]
    )
    async def create_api_key(
        self,
        info: UsersInfo,
        name: Annotated[str, strawberry.argument(description="What it is for: 1 to 100 characters.")],
        scopes: Annotated[list[str], strawberry.argument(description="What it may do: some of your own scopes.")],
        expires_at: Annotated[
            datetime | None, strawberry.argument(description="Until when it is good; until revoked, if not given.")
        ] = None,
    ) -> NewApiKey:
        """The key with its secret."""
        principal = info.context.principal
        principal.require_scope(PROFILE)
        until = in_utc(expires_at) if expires_at else None
        async with info.context.change() as session:
            key, secret = await info.context.identity.api_keys.create(session, principal, name, scopes, until)
        return NewApiKey(api_key=ApiKey.of(key), secret=secret)

    @strawberry.federation.mutation(description="Make a key of yours good no longer.", requires_scopes=[[PROFILE]])
    async def revoke_api_key(
        self, info: UsersInfo, id: Annotated[strawberry.ID, strawberry.argument(description="The key's id.")]
    ) -> ApiKey:
        """The key."""
        user_id = info.context.principal.require_scope(PROFILE)
        async with info.context.change() as session:
            return ApiKey.of(await info.context.identity.api_keys.revoke(session, user_id, id))

    @strawberry.mutation(description="A short-lived access token for a machine client's key.")
    async def exchange_api_key(
        self, info: UsersInfo, secret: Annotated[str, strawberry.argument(description="The key's secret.")]
    ) -> AccessToken:
        """The token."""
        async with info.context.change() as session:
            outcome = await info.context.identity.api_keys.exchange(session, secret)
        if isinstance(outcome, ClientError):
            raise outcome
        _, token, seconds = outcome
        return AccessToken(access_token=token, expires_in=seconds)

    @strawberry.federation.mutation(
        description="Give a user a role; their sessions end. For admins.", requires_scopes=[[ADMINISTER]]
    )
    async def set_role(
        self, info: UsersInfo, id: UserId, role: Annotated[Role, strawberry.argument(description="The new role.")]
    ) -> User:
        """The user with the role."""
        principal = info.context.principal
        principal.require_scope(ADMINISTER)
        async with info.context.change() as session:
            return User(record=await info.context.identity.administration.set_role(session, principal, id, role))

    @strawberry.federation.mutation(
        description="Let a user sign in no longer; their sessions end. For admins.", requires_scopes=[[ADMINISTER]]
    )
    async def deactivate_user(self, info: UsersInfo, id: UserId) -> User:
        """The user, deactivated."""
        return await _set_active(info, id, active=False)

    @strawberry.federation.mutation(description="Let a user sign in again. For admins.", requires_scopes=[[ADMINISTER]])
    async def reactivate_user(self, info: UsersInfo, id: UserId) -> User:
        """The user, active."""
        return await _set_active(info, id, active=True)

    @strawberry.federation.mutation(
        description="Delete a user's account and all that is personal in it. For admins.",
        requires_scopes=[[ADMINISTER]],
    )
    async def delete_user(self, info: UsersInfo, id: UserId) -> bool:
        """True: it is gone."""
        info.context.principal.require_scope(ADMINISTER)
        async with info.context.change() as session:
            await info.context.identity.profiles.delete(session, parse_id(id, "User"))
        return True


async def _set_active(info: UsersInfo, user_id: str, *, active: bool) -> User:
    principal = info.context.principal
    principal.require_scope(ADMINISTER)
    async with info.context.change() as session:
        administration = info.context.identity.administration
        return User(record=await administration.set_active(session, principal, user_id, active=active))
