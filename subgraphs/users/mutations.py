"""GraphQL mutations of the users subgraph."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from hanse_subgraph.clock import in_utc
from hanse_subgraph.errors import ClientError
from hanse_subgraph.rate_limits import by_address, by_address_and
from subgraphs.users.errors import WrongPassword
from subgraphs.users.loaders import UsersContext
from subgraphs.users.models import Role
from subgraphs.users.service.accounts import checked
from subgraphs.users.service.administration import WRITE_USERS
from subgraphs.users.service.profile import existing_user
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

WRITE_PROFILE = "profile:write"
UserId = Annotated[strawberry.ID, strawberry.argument(description="The id of the user.")]


def _signed_in(outcome: SignedIn | ClientError) -> AuthPayload:
    if isinstance(outcome, ClientError):
        raise outcome
    return AuthPayload.of(outcome)


async def _confirm(context: UsersContext, password: str, *, name: str) -> None:
    """Verify the caller's password, and count a failure.

    Raises WrongPassword, TooManyAttempts, PasswordQueueFull, PasswordNotFirst, NotFound.
    """
    context.claim_password()
    sign_in, user_id = context.identity.sign_in, context.principal.require_user()
    async with context.database.reading() as reading:
        user = await existing_user(reading, user_id)
    attempt = await sign_in.attempt_of(context.database, user, password, context.client)
    if not attempt.is_correct:
        async with context.change() as session:
            await sign_in.fail(session, attempt, "WRONG_PASSWORD")
        raise WrongPassword(name)


@strawberry.type(description="Root type for changing data.")
class Mutation:
    """Mutations of the users subgraph."""

    @strawberry.federation.mutation(directives=[by_address(3)], description="Create an account and sign in to it.")
    async def register(
        self, info: UsersInfo, input: Annotated[RegisterInput, strawberry.argument(description="The new user.")]
    ) -> AuthPayload:
        context = info.context
        new = checked(input.to_domain())
        context.claim_password()
        password_hash = await context.identity.accounts.hash(new.password, context.client)
        async with context.change() as session:
            user = await context.identity.accounts.register(session, new, password_hash)
            return AuthPayload.of(await context.identity.sign_in.start_session(session, user, context.client))

    @strawberry.federation.mutation(
        directives=by_address_and("login", 5),
        description="Sign in with an email address or username. After failed attempts further ones are delayed.",
    )
    async def login(
        self,
        info: UsersInfo,
        login: Annotated[str, strawberry.argument(description="The email address or username.")],
        password: Annotated[str, strawberry.argument(description="The password.")],
    ) -> AuthPayload:
        context = info.context
        context.claim_password()
        attempt = await context.identity.sign_in.attempt(context.database, login, password, context.client)
        async with context.change() as session:
            outcome = await context.identity.sign_in.admit(session, attempt, context.client)
        return _signed_in(outcome)

    @strawberry.federation.mutation(
        directives=[by_address(10)],
        description="Exchange a refresh token for new tokens. Each refresh token works once; "
        "using it a second time revokes the session.",
    )
    async def refresh_token(
        self,
        info: UsersInfo,
        refresh_token: Annotated[str, strawberry.argument(description="The refresh token issued last.")],
    ) -> AuthPayload:
        async with info.context.change() as session:
            outcome = await info.context.identity.sign_in.refresh(session, refresh_token)
        return _signed_in(outcome)

    @strawberry.federation.mutation(
        directives=[by_address(5)],
        description="End the current session and revoke its refresh token and its access tokens. "
        "Requires authentication.",
        authenticated=True,
    )
    async def logout(self, info: UsersInfo) -> bool:
        """Return whether the session was active."""
        principal = info.context.principal
        user_id = principal.require_user()
        if principal.session_id is None:
            return False
        async with info.context.change() as session:
            return await info.context.identity.sign_in.sign_out(session, user_id, principal.session_id) > 0

    @strawberry.federation.mutation(
        directives=[by_address(5)],
        description="End all sessions of the caller and return their number. Requires authentication.",
        authenticated=True,
    )
    async def logout_everywhere(self, info: UsersInfo) -> int:
        user_id = info.context.principal.require_user()
        async with info.context.change() as session:
            return await info.context.identity.sign_in.sign_out_everywhere(session, user_id)

    @strawberry.federation.mutation(
        description="Update the caller's profile. A verification link is mailed to a new email address, which replaces "
        "the old one when it is verified. Requires the scope profile:write.",
        requires_scopes=[[WRITE_PROFILE]],
    )
    async def update_profile(
        self,
        info: UsersInfo,
        input: Annotated[UpdateProfileInput, strawberry.argument(description="The fields to change.")],
    ) -> User:
        context, change = info.context, input.to_domain()
        user_id = context.principal.require_scope(WRITE_PROFILE)
        if input.current_password is not None:
            await _confirm(context, input.current_password, name="currentPassword")
        elif change.email is not None:
            await context.identity.profiles.check_email_change(context.database, context.principal, change.email)
        async with context.change() as session:
            user = await context.identity.profiles.update(session, user_id, change)
        return User(record=user)

    @strawberry.federation.mutation(
        directives=[by_address(5)],
        description="Change the caller's password, end all other sessions and revoke all API keys. Requires the scope "
        "profile:write.",
        requires_scopes=[[WRITE_PROFILE]],
    )
    async def change_password(
        self,
        info: UsersInfo,
        current_password: Annotated[str, strawberry.argument(description="The current password.")],
        new_password: Annotated[
            str, strawberry.argument(description="The new password: 8 to 256 characters, not easy to guess.")
        ],
    ) -> User:
        context, profiles = info.context, info.context.identity.profiles
        user_id = context.principal.require_scope(WRITE_PROFILE)
        async with context.database.reading() as reading:
            profiles.check_password(await existing_user(reading, user_id), new_password, name="newPassword")
        await _confirm(context, current_password, name="currentPassword")
        hashed = await context.identity.accounts.hash(new_password, context.client)
        async with context.change() as session:
            own_id = context.principal.session_id
            user = await profiles.change_password(session, user_id, hashed, by="CHANGE", own_session_id=own_id)
        return User(record=user)

    @strawberry.federation.mutation(
        directives=by_address_and("email", 3),
        description="Mail a password reset link, if an account has this address and has verified it. Always returns "
        "true, so that it does not reveal whether an account exists.",
    )
    async def request_password_reset(
        self,
        info: UsersInfo,
        email: Annotated[str, strawberry.argument(description="The email address of the account.")],
    ) -> bool:
        async with info.context.change() as session:
            await info.context.identity.recovery.send_reset(session, email)
        return True

    @strawberry.federation.mutation(
        directives=[by_address(5)],
        description="Set a new password with the token of a mailed link. Ends all sessions of the user and revokes all "
        "API keys.",
    )
    async def reset_password(
        self,
        info: UsersInfo,
        token: Annotated[str, strawberry.argument(description="The token of the mailed link. It works once.")],
        new_password: Annotated[
            str, strawberry.argument(description="The new password: 8 to 256 characters, not easy to guess.")
        ],
    ) -> bool:
        context, identity = info.context, info.context.identity
        async with context.database.reading() as reading:
            user = await identity.recovery.find_reset_user(reading, token)
        identity.profiles.check_password(user, new_password, name="newPassword")
        context.claim_password()
        hashed = await identity.accounts.hash(new_password, context.client)
        async with context.change() as session:
            user = await identity.recovery.redeem_reset(session, token)
            await identity.profiles.change_password(session, user.id, hashed, by="RESET", own_session_id=None)
        return True

    @strawberry.federation.mutation(
        directives=[by_address(3)],
        description="Mail a verification link to the caller's email address, or to the new one that is not verified "
        "yet. Returns false if there is none, or if one was mailed to it lately. Requires the scope profile:write.",
        requires_scopes=[[WRITE_PROFILE]],
    )
    async def request_email_verification(self, info: UsersInfo) -> bool:
        user_id = info.context.principal.require_scope(WRITE_PROFILE)
        async with info.context.change() as session:
            return await info.context.identity.recovery.send_verification(
                session, await existing_user(session, user_id)
            )

    @strawberry.federation.mutation(
        directives=[by_address(10)],
        description="Verify an email address with the token of a mailed link. A new address replaces the old one.",
    )
    async def verify_email(
        self,
        info: UsersInfo,
        token: Annotated[str, strawberry.argument(description="The token of the mailed link. It works once.")],
    ) -> User:
        async with info.context.change() as session:
            user = await info.context.identity.recovery.verify_email(session, token)
        return User(record=user, own=True)

    @strawberry.federation.mutation(
        directives=[by_address(5)],
        description="Delete the caller's account and its personal data. This cannot be undone. "
        "Requires the scope profile:write.",
        requires_scopes=[[WRITE_PROFILE]],
    )
    async def delete_my_account(
        self,
        info: UsersInfo,
        password: Annotated[str, strawberry.argument(description="The caller's password, as confirmation.")],
    ) -> bool:
        user_id = info.context.principal.require_scope(WRITE_PROFILE)
        await _confirm(info.context, password, name="password")
        async with info.context.change() as session:
            await info.context.identity.profiles.delete(session, user_id)
        return True

    @strawberry.federation.mutation(
        directives=[by_address(10)],
        description="Create an API key for a machine client. It can have only scopes of the caller. "
        "Requires the scope profile:write.",
        requires_scopes=[[WRITE_PROFILE]],
    )
    async def create_api_key(
        self,
        info: UsersInfo,
        name: Annotated[str, strawberry.argument(description="A name for the key: 1 to 100 characters.")],
        scopes: Annotated[
            list[str], strawberry.argument(description="The scopes of the key, a subset of the caller's scopes.")
        ],
        expires_at: Annotated[
            datetime | None,
            strawberry.argument(description="When the key expires; at most a year from now, and by default then."),
        ] = None,
    ) -> NewApiKey:
        principal = info.context.principal
        principal.require_scope(WRITE_PROFILE)
        until = in_utc(expires_at) if expires_at else None
        async with info.context.change() as session:
            key, secret = await info.context.identity.api_keys.create(session, principal, name, scopes, until)
        return NewApiKey(api_key=ApiKey.of(key), secret=secret)

    @strawberry.federation.mutation(
        description="Revoke an API key of the caller. Requires the scope profile:write.",
        requires_scopes=[[WRITE_PROFILE]],
    )
    async def revoke_api_key(
        self, info: UsersInfo, id: Annotated[strawberry.ID, strawberry.argument(description="The id of the API key.")]
    ) -> ApiKey:
        user_id = info.context.principal.require_scope(WRITE_PROFILE)
        async with info.context.change() as session:
            return ApiKey.of(await info.context.identity.api_keys.revoke(session, user_id, id))

    @strawberry.federation.mutation(
        directives=[by_address(10)], description="Exchange the secret of an API key for a short-lived access token."
    )
    async def exchange_api_key(
        self, info: UsersInfo, secret: Annotated[str, strawberry.argument(description="The secret of the API key.")]
    ) -> AccessToken:
        async with info.context.change() as session:
            outcome = await info.context.identity.api_keys.exchange(session, secret)
        if isinstance(outcome, ClientError):
            raise outcome
        _, token, seconds = outcome
        return AccessToken(access_token=token, expires_in=seconds)

    @strawberry.federation.mutation(
        description="Change a user's role and end their sessions. Requires the scope users:write.",
        requires_scopes=[[WRITE_USERS]],
    )
    async def set_role(
        self, info: UsersInfo, id: UserId, role: Annotated[Role, strawberry.argument(description="The new role.")]
    ) -> User:
        principal = info.context.principal
        async with info.context.change() as session:
            return User(record=await info.context.identity.administration.set_role(session, principal, id, role))

    @strawberry.federation.mutation(
        description="Deactivate a user: end their sessions and prevent sign-in. Requires the scope users:write.",
        requires_scopes=[[WRITE_USERS]],
    )
    async def deactivate_user(self, info: UsersInfo, id: UserId) -> User:
        return await _set_active(info, id, active=False)

    @strawberry.federation.mutation(
        description="Allow a deactivated user to sign in again. Requires the scope users:write.",
        requires_scopes=[[WRITE_USERS]],
    )
    async def reactivate_user(self, info: UsersInfo, id: UserId) -> User:
        return await _set_active(info, id, active=True)

    @strawberry.federation.mutation(
        description="Delete a user's account and its personal data. Requires the scope users:write.",
        requires_scopes=[[WRITE_USERS]],
    )
    async def delete_user(self, info: UsersInfo, id: UserId) -> bool:
        async with info.context.change() as session:
            await info.context.identity.administration.delete(session, info.context.principal, id)
        return True


async def _set_active(info: UsersInfo, user_id: str, *, active: bool) -> User:
    principal = info.context.principal
    async with info.context.change() as session:
        administration = info.context.identity.administration
        return User(record=await administration.set_active(session, principal, user_id, active=active))
