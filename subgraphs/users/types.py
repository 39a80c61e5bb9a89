"""GraphQL types of the users subgraph."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import strawberry
from strawberry.types import Info

from hanse_subgraph.federation import Representation, ids_of
from hanse_subgraph.list_size import list_size
from subgraphs.users import models
from subgraphs.users.loaders import UsersContext
from subgraphs.users.service.accounts import NewUser
from subgraphs.users.service.profile import ProfileChange
from subgraphs.users.service.sign_in import SignedIn

UsersInfo = Info[UsersContext, None]

strawberry.enum(
    models.Role,
    name="Role",
    description="The role of a user. Admins can have scopes to read and change data of other users.",
)
strawberry.enum(models.UserState, name="UserState", description="The state of a user account.")


@strawberry.federation.type(keys=["id"], description="A user account.")
class User:
    """A user. Private fields are null except for the user, and for callers with the scope users:read."""

    record: strawberry.Private[models.User]
    own: strawberry.Private[bool] = False  # the request has just authenticated this user, e.g. by `login`

    @strawberry.field(description="The id of the user (UUID).")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.record.id)

    @strawberry.field(description="The username. Unique, case-insensitive.")
    def username(self) -> str:
        return self.record.username

    @strawberry.field(description="The first name. Null if not set.")
    def first_name(self) -> str | None:
        return self.record.first_name

    @strawberry.field(description="The last name. Null if not set.")
    def last_name(self) -> str | None:
        return self.record.last_name

    @strawberry.field(description="The name to display: first and last name if set, otherwise the username.")
    def display_name(self) -> str:
        if self.record.state == models.UserState.DELETED:
            return "Deleted user"
        return " ".join(filter(None, (self.record.first_name, self.record.last_name))) or self.record.username

    @strawberry.field(description="The email address. Null unless the caller is the user or has the scope users:read.")
    def email(self, info: UsersInfo) -> str | None:
        return self.record.email if self._is_visible(info) else None

    @strawberry.field(
        description="The phone number in E.164 format. Null unless the caller is the user or has the scope users:read."
    )
    def phone(self, info: UsersInfo) -> str | None:
        return self.record.phone if self._is_visible(info) else None

    @strawberry.field(
        description="Whether the email address is verified. Null unless the caller is the user or has the scope "
        "users:read."
    )
    def email_verified(self, info: UsersInfo) -> bool | None:
        return self.record.email_verified_at is not None if self._is_visible(info) else None

    @strawberry.field(
        description="The new email address that is not verified yet. Null if there is none, and unless the caller is "
        "the user or has the scope users:read."
    )
    def pending_email(self, info: UsersInfo) -> str | None:
        return self.record.pending_email if self._is_visible(info) else None

    @strawberry.field(description="The role of the user.")
    def role(self) -> models.Role:
        return models.Role(self.record.role)

    @strawberry.field(description="The state of the account.")
    def state(self) -> models.UserState:
        return models.UserState(self.record.state)

    @strawberry.field(description="When the account was created (UTC).")
    def created_at(self) -> datetime:
        return self.record.created_at

    def _is_visible(self, info: UsersInfo) -> bool:
        return self.own or info.context.principal.owns_or_has("users:read", self.record.id)

    @classmethod
    def of(cls, record: models.User | None) -> Self | None:
        """Build the GraphQL type from a row."""
        return None if record is None else cls(record=record)

    @classmethod
    async def resolve_references(cls, info: UsersInfo, representations: list[Representation]) -> list[Self | None]:
        """Reference resolver: load the users by id in one statement."""
        return [cls.of(record) for record in await info.context.users_of(ids_of(representations))]


@strawberry.input(description="Input of `register`.")
class RegisterInput:
    email: str = strawberry.field(description="The email address. Must be unique.")
    username: str = strawberry.field(
        description="The username: 3 to 32 letters, digits, dots, dashes and underscores. Must be unique."
    )
    password: str = strawberry.field(description="The password: 8 to 256 characters, not easy to guess.")
    first_name: str | None = strawberry.field(default=None, description="The first name.")
    last_name: str | None = strawberry.field(default=None, description="The last name.")
    phone: str | None = strawberry.field(
        default=None, description="The phone number with country code, such as +4940123456. Must be unique."
    )

    def to_domain(self) -> NewUser:
        """Convert to the input of the service."""
        return NewUser(self.email, self.username, self.password, self.first_name, self.last_name, self.phone)


@strawberry.type(description="The tokens of a signed-in user.")
class AuthPayload:
    access_token: str = strawberry.field(
        description="The access token. Send it in the header `Authorization: Bearer <token>`."
    )
    refresh_token: str = strawberry.field(
        description="The refresh token for the mutation `refreshToken`. It works once. Keep it secret."
    )
    token_type: str = strawberry.field(default="Bearer", description="The type of the access token; always `Bearer`.")
    expires_in: int = strawberry.field(description="The lifetime of the access token in seconds.")
    user: User = strawberry.field(description="The signed-in user.")

    @classmethod
    def of(cls, signed_in: SignedIn) -> Self:
        """Build the payload from a sign-in."""
        return cls(
            access_token=signed_in.access_token,
            refresh_token=signed_in.refresh_token,
            expires_in=signed_in.expires_in,
            user=User(record=signed_in.user, own=True),
        )


@strawberry.input(
    description="Input of `updateProfile`. Omitted fields stay unchanged; an empty text removes an optional field."
)
class UpdateProfileInput:
    username: str | None = strawberry.field(default=None, description="The new username. Must be unique.")
    email: str | None = strawberry.field(
        default=None, description="The new email address. It replaces the old one when it is verified."
    )
    first_name: str | None = strawberry.field(default=None, description="The new first name.")
    last_name: str | None = strawberry.field(default=None, description="The new last name.")
    phone: str | None = strawberry.field(default=None, description="The new phone number with country code.")
    current_password: str | None = strawberry.field(
        default=None,
        description="The current password. Needed for a new email address, unless the caller signed in just now.",
    )

    def to_domain(self) -> ProfileChange:
        """Convert to the input of the service."""
        return ProfileChange(self.username, self.email, self.first_name, self.last_name, self.phone)


@strawberry.type(name="Session", description="An active session of the caller.")
class SessionType:
    id: strawberry.ID = strawberry.field(description="The id of the session.")
    created_at: datetime = strawberry.field(description="When the session started (UTC).")
    used_at: datetime = strawberry.field(description="When its tokens were last refreshed (UTC).")
    expires_at: datetime = strawberry.field(description="When it expires unless its tokens are refreshed (UTC).")
    client_ip: str | None = strawberry.field(description="The IP address of the client that signed in.")
    user_agent: str | None = strawberry.field(description="The user agent of the client that signed in.")
    current: bool = strawberry.field(description="Whether this is the session of the current request.")

    @classmethod
    def of(cls, record: models.Session, current_id: str | None) -> Self:
        """Build the GraphQL type from a row."""
        return cls(
            id=strawberry.ID(record.id),
            created_at=record.created_at,
            used_at=record.used_at,
            expires_at=record.expires_at,
            client_ip=record.client_ip,
            user_agent=record.user_agent,
            current=record.id == current_id,
        )


@strawberry.type(description="An API key of a machine client. Its secret is shown only on creation.")
class ApiKey:
    id: strawberry.ID = strawberry.field(description="The id of the API key.")
    name: str = strawberry.field(description="The name of the API key.")
    scopes: list[str] = strawberry.field(description="The scopes granted to the API key.", directives=[list_size(20)])
    created_at: datetime = strawberry.field(description="When it was created (UTC).")
    expires_at: datetime | None = strawberry.field(
        description="When it expires (UTC). Null if it is valid until revoked."
    )
    used_at: datetime | None = strawberry.field(description="When it was last exchanged for an access token (UTC).")

    @classmethod
    def of(cls, record: models.ApiKey) -> Self:
        """Build the GraphQL type from a row."""
        return cls(
            id=strawberry.ID(record.id),
            name=record.name,
            scopes=record.scopes,
            created_at=record.created_at,
            expires_at=record.expires_at,
            used_at=record.used_at,
        )


@strawberry.type(description="A new API key and its secret.")
class NewApiKey:
    api_key: ApiKey = strawberry.field(description="The API key.")
    secret: str = strawberry.field(description="The secret of the API key. It is shown only here.")


@strawberry.type(description="An access token of a machine client.")
class AccessToken:
    access_token: str = strawberry.field(
        description="The access token. Send it in the header `Authorization: Bearer <token>`."
    )
    expires_in: int = strawberry.field(description="The lifetime of the access token in seconds.")
    token_type: str = strawberry.field(default="Bearer", description="The type of the access token; always `Bearer`.")
