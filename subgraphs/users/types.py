"""The types of the users subgraph as clients see them."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import strawberry
from strawberry.types import Info

from shared.federation import Representation, ids_of
from subgraphs.users import models
from subgraphs.users.loaders import UsersContext
from subgraphs.users.service.accounts import NewUser
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
        return " ".join(filter(None, (self.record.first_name, self.record.last_name))) or self.record.username

    @strawberry.field(description="The e-mail address. Private: null for all but the user and admins.")
    def email(self, info: UsersInfo) -> str | None:
        """See above."""
        return self.record.email if self._shown(info) else None

    @strawberry.field(description="The phone number (E.164). Private: null for all but the user and admins.")
    def phone(self, info: UsersInfo) -> str | None:
        """See above."""
        return self.record.phone if self._shown(info) else None

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
