"""The types of the users subgraph as clients see them."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import strawberry
from strawberry.types import Info

from hanse_subgraph.federation import Representation, ids_of
from subgraphs.users import models
from subgraphs.users.loaders import UsersContext
from subgraphs.users.service.accounts import NewUser
from subgraphs.users.service.profile import ProfileChange
from subgraphs.users.service.sign_in import SignedIn

UsersInfo = Info[UsersContext, None]

strawberry.enum(
    models.Role, name="Role", description="What a user may do: an admin may see and change what belongs to others."
)
strawberry.enum(models.UserState, name="UserState", description="Whether a user may sign in.")


@strawberry.federation.type(keys=["id"], description="A person who uses the platform.")
class User:
    """A user; what is private is null for everyone but its owner and admins."""

    record: strawberry.Private[models.User]
    own: strawberry.Private[bool] = False  # it is the caller's own, though the request came in anonymous

    @strawberry.field(description="The user's id, a UUID.")
    def id(self) -> strawberry.ID:
        """See above."""
        return strawberry.ID(self.record.id)

    @strawberry.field(description="The name that the user chose; unique, without regard to case.")
    def username(self) -> str:
        """See above."""
        return self.record.username

    @strawberry.field(description="The first name, where the user gave one.")
    def first_name(self) -> str | None:
        """See above."""
        return self.record.first_name

    @strawberry.field(description="The last name, where the user gave one.")
    def last_name(self) -> str | None:
        """See above."""
        return self.record.last_name

    @strawberry.field(description="The name to show: first and last name, or the username.")
    def display_name(self) -> str:
        """See above."""
        if self.record.state == models.UserState.DELETED:
            return "Deleted user"
        return " ".join(filter(None, (self.record.first_name, self.record.last_name))) or self.record.username

    @strawberry.field(description="The e-mail address. Private: null for all but the user and admins.")
    def email(self, info: UsersInfo) -> str | None:
        """See above."""
        return self.record.email if self._shown(info) else None

    @strawberry.field(description="The phone number (E.164). Private: null for all but the user and admins.")
    def phone(self, info: UsersInfo) -> str | None:
        """See above."""
        return self.record.phone if self._shown(info) else None

    @strawberry.field(
        description="Whether the address was shown to be the user's. Private: null for all but the user and admins."
    )
    def email_verified(self, info: UsersInfo) -> bool | None:
        """See above."""
        return self.record.email_verified_at is not None if self._shown(info) else None

    @strawberry.field(description="What the user may do.")
    def role(self) -> models.Role:
        """See above."""
        return models.Role(self.record.role)

    @strawberry.field(description="Whether the user may sign in.")
    def state(self) -> models.UserState:
        """See above."""
        return models.UserState(self.record.state)

    @strawberry.field(description="When the account was made (UTC).")
    def created_at(self) -> datetime:
        """See above."""
        return self.record.created_at

    def _shown(self, info: UsersInfo) -> bool:
        return self.own or info.context.principal.may_see(self.record.id)

    @classmethod
    def of(cls, record: models.User | None) -> Self | None:
        """The type of a row."""
        return None if record is None else cls(record=record)

    @classmethod
    async def resolve_references(cls, info: UsersInfo, representations: list[Representation]) -> list[Self | None]:
        """The users whom other subgraphs refer to, in one statement."""
        keys = ids_of(representations)
        found = await info.context.users_of(keys)
        return [cls.of(record) for record in found]


@strawberry.input(description="What a new user gives.")
class RegisterInput:
    """Becomes a NewUser."""

    email: str = strawberry.field(description="The e-mail address; unique.")
    username: str = strawberry.field(description="3 to 32 letters, digits, dots, dashes and underscores; unique.")
    password: str = strawberry.field(description="8 to 256 characters that are not easy to guess.")
    first_name: str | None = strawberry.field(default=None, description="The first name.")
    last_name: str | None = strawberry.field(default=None, description="The last name.")
    phone: str | None = strawberry.field(
        default=None, description="The phone number with its country: +4940123456; unique."
    )

    def plain(self) -> NewUser:
        """As the verbs take it."""
        return NewUser(self.email, self.username, self.password, self.first_name, self.last_name, self.phone)


@strawberry.type(description="Somebody is signed in.")
class AuthPayload:
    """The tokens, and whose they are."""

    access_token: str = strawberry.field(description="Send it as `Authorization: Bearer ...` with every request.")
    refresh_token: str = strawberry.field(
        description="Good for one `refreshToken`, which answers the next. Keep it secret."
    )
    token_type: str = strawberry.field(default="Bearer", description="How to send the access token.")
    expires_in: int = strawberry.field(description="For how many seconds the access token is good.")
    user: User = strawberry.field(description="Who is signed in.")

    @classmethod
    def of(cls, signed_in: SignedIn) -> Self:
        """The payload of a sign-in."""
        return cls(
            access_token=signed_in.access_token,
            refresh_token=signed_in.refresh_token,
            expires_in=signed_in.expires_in,
            user=User(record=signed_in.user, own=True),
        )


@strawberry.input(
    description="What changes in a profile. What is not given stays; an empty text removes what may be missing."
)
class UpdateProfileInput:
    """Becomes a ProfileChange."""

    username: str | None = strawberry.field(default=None, description="The new username; unique.")
    email: str | None = strawberry.field(default=None, description="The new address; it has to be verified again.")
    first_name: str | None = strawberry.field(default=None, description="The new first name.")
    last_name: str | None = strawberry.field(default=None, description="The new last name.")
    phone: str | None = strawberry.field(default=None, description="The new phone number with its country.")

    def plain(self) -> ProfileChange:
        """As the verbs take it."""
        return ProfileChange(self.username, self.email, self.first_name, self.last_name, self.phone)


@strawberry.type(name="Session", description="A sign-in that is alive.")
class SessionType:
    """One of the caller's own sessions."""

    id: strawberry.ID = strawberry.field(description="The session's id.")
    created_at: datetime = strawberry.field(description="When it began (UTC).")
    used_at: datetime = strawberry.field(description="When its tokens were last renewed (UTC).")
    expires_at: datetime = strawberry.field(description="When it ends if its tokens are not renewed (UTC).")
    client_ip: str | None = strawberry.field(description="From which address it began.")
    user_agent: str | None = strawberry.field(description="With which program it began.")
    current: bool = strawberry.field(description="Whether this request belongs to it.")

    @classmethod
    def of(cls, record: models.Session, current_id: str | None) -> Self:
        """The type of a row."""
        return cls(
            id=strawberry.ID(record.id),
            created_at=record.created_at,
            used_at=record.used_at,
            expires_at=record.expires_at,
            client_ip=record.client_ip,
            user_agent=record.user_agent,
            current=record.id == current_id,
        )


@strawberry.type(description="A machine client's key. Its secret was shown once, when it was made.")
class ApiKey:
    """One of the caller's own keys."""

    id: strawberry.ID = strawberry.field(description="The key's id.")
    name: str = strawberry.field(description="What it is for.")
    scopes: list[str] = strawberry.field(description="What it may do.")
    created_at: datetime = strawberry.field(description="When it was made (UTC).")
    expires_at: datetime | None = strawberry.field(description="Until when it is good (UTC); null: until revoked.")
    used_at: datetime | None = strawberry.field(description="When it was last exchanged for an access token (UTC).")

    @classmethod
    def of(cls, record: models.ApiKey) -> Self:
        """The type of a row."""
        return cls(
            id=strawberry.ID(record.id),
            name=record.name,
            scopes=record.scopes,
            created_at=record.created_at,
            expires_at=record.expires_at,
            used_at=record.used_at,
        )


@strawberry.type(description="A new API key with its secret.")
class NewApiKey:
    """What `createApiKey` answers."""

    api_key: ApiKey = strawberry.field(description="The key.")
    secret: str = strawberry.field(description="Give it to the machine client: it is shown this once.")


@strawberry.type(description="An access token of a machine client.")
class AccessToken:
    """What `exchangeApiKey` answers."""

    access_token: str = strawberry.field(description="Send it as `Authorization: Bearer ...` with every request.")
    expires_in: int = strawberry.field(description="For how many seconds it is good.")
    token_type: str = strawberry.field(default="Bearer", description="How to send it.")
