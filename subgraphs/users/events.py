"""The events that the users subgraph publishes."""

from __future__ import annotations

from typing import ClassVar

from hanse_subgraph.events.data import EventData, Moment, Private, Uuid


class _UserEvent(EventData, frozen=True, kw_only=True):
    source: ClassVar[str] = "users"


class UserRegistered(_UserEvent, frozen=True, kw_only=True):
    """Somebody has an account now."""

    event_type: ClassVar[str] = "user.registered"
    username: str
    email: Private
    first_name: Private | None
    role: str
    created_at: Moment

    @property
    def actor(self) -> str:
        """The new user: nobody was signed in yet."""
        return self.id


class UserSignedIn(_UserEvent, frozen=True, kw_only=True):
    """A sign-in succeeded. `sessionId` names the session that it began."""

    event_type: ClassVar[str] = "user.signed_in"
    session_id: Uuid

    @property
    def actor(self) -> str:
        """The user who signed in."""
        return self.id


class SignInFailed(_UserEvent, frozen=True, kw_only=True):
    """A sign-in failed. `userId` is null where nobody has that login; `locked` where the account is locked now."""

    event_type: ClassVar[str] = "sign_in.failed"
    user_id: Uuid | None
    reason: str
    locked: bool

    @property
    def subject(self) -> str:
        """The account, where there is one."""
        return self.user_id or self.id


class UserSignedOut(_UserEvent, frozen=True, kw_only=True):
    """A session was ended: by its user, or because its refresh token was used twice."""

    event_type: ClassVar[str] = "user.signed_out"
    session_id: Uuid
    reason: str


class UserUpdated(_UserEvent, frozen=True, kw_only=True):
    """A user's profile says something else now. `changed` names the fields; the others are as they are now."""

    event_type: ClassVar[str] = "user.updated"
    changed: list[str]
    username: str
    email: Private
    first_name: Private | None


class EmailVerificationRequested(_UserEvent, frozen=True, kw_only=True):
    """A user shall show that an address is theirs, by the mailed link's token."""

    event_type: ClassVar[str] = "user.email_verification_requested"
    email: Private
    token: Private
    expires_at: Moment


class EmailVerified(_UserEvent, frozen=True, kw_only=True):
    """A user has shown that their address is theirs."""

    event_type: ClassVar[str] = "user.email_verified"
    email: Private

    @property
    def actor(self) -> str:
        """Whoever has the link is the user."""
        return self.id


class PasswordResetRequested(_UserEvent, frozen=True, kw_only=True):
    """Somebody asked for a new password for this account; the mailed link's token is good for it."""

    event_type: ClassVar[str] = "user.password_reset_requested"
    email: Private
    token: Private
    expires_at: Moment


class PasswordChanged(_UserEvent, frozen=True, kw_only=True):
    """An account has a new password. `by` is `CHANGE` (with the old one) or `RESET` (by mailed link)."""

    event_type: ClassVar[str] = "user.password_changed"
    by: str

    @property
    def actor(self) -> str:
        """Whoever has the password or the link is the user."""
        return self.id


class RoleChanged(_UserEvent, frozen=True, kw_only=True):
    """An admin gave a user another role."""

    event_type: ClassVar[str] = "user.role_changed"
    role: str


class UserStateChanged(_UserEvent, frozen=True, kw_only=True):
    """An admin let a user sign in no longer, or again."""

    event_type: ClassVar[str] = "user.state_changed"
    state: str


class UserDeleted(_UserEvent, frozen=True, kw_only=True):
    """An account and all personal data in it are gone; the id stays."""

    event_type: ClassVar[str] = "user.deleted"


class ApiKeyCreated(_UserEvent, frozen=True, kw_only=True):
    """A user made a key for a machine client."""

    event_type: ClassVar[str] = "api_key.created"
    user_id: Uuid
    name: str
    scopes: list[str]


class ApiKeyRevoked(_UserEvent, frozen=True, kw_only=True):
    """A machine client's key is good no longer."""

    event_type: ClassVar[str] = "api_key.revoked"
    user_id: Uuid


class ApiKeyExchanged(_UserEvent, frozen=True, kw_only=True):
    """A machine client has signed in by its key."""

    event_type: ClassVar[str] = "api_key.exchanged"
    user_id: Uuid

    @property
    def actor(self) -> str:
        """In whose name the client acts."""
        return self.user_id


PUBLISHED: tuple[type[EventData], ...] = (
    UserRegistered,
    UserUpdated,
    UserDeleted,
    UserSignedIn,
    SignInFailed,
    UserSignedOut,
    EmailVerificationRequested,
    EmailVerified,
    PasswordResetRequested,
    PasswordChanged,
    RoleChanged,
    UserStateChanged,
    ApiKeyCreated,
    ApiKeyRevoked,
    ApiKeyExchanged,
)
