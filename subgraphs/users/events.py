"""The events that the users subgraph publishes."""

from __future__ import annotations

from typing import ClassVar

from hanse_subgraph.events.data import EventData, Moment, Personal, Private, Uuid


class _UserEvent(EventData, frozen=True, kw_only=True):
    source: ClassVar[str] = "users"

    @property
    def person(self) -> str | None:
        """The user."""
        return self.id


class UserRegistered(_UserEvent, frozen=True, kw_only=True):
    """A user registered."""

    event_type: ClassVar[str] = "user.registered"
    username: Personal
    email: Private
    first_name: Private | None
    email_verified: bool
    role: str
    created_at: Moment

    @property
    def actor(self) -> str:
        """The new user, since nobody is signed in at registration."""
        return self.id


class UserSignedIn(_UserEvent, frozen=True, kw_only=True):
    """A user signed in and started the session `sessionId`."""

    event_type: ClassVar[str] = "user.signed_in"
    session_id: Uuid

    @property
    def actor(self) -> str:
        return self.id


class SignInFailed(_UserEvent, frozen=True, kw_only=True):
    """A sign-in failed. `userId` is null if the login is unknown, `delayed` whether the next attempts are delayed."""

    event_type: ClassVar[str] = "sign_in.failed"
    user_id: Uuid | None
    reason: str
    delayed: bool

    @property
    def subject(self) -> str:
        """The user's id if known, otherwise the event's own id."""
        return self.user_id or self.id

    @property
    def person(self) -> str | None:
        return self.user_id


class UserSignedOut(_UserEvent, frozen=True, kw_only=True):
    """A session ended: the user signed out, or its refresh token was used twice. `reason` is a code."""

    event_type: ClassVar[str] = "user.signed_out"
    session_id: Uuid
    reason: str


class AccessRevoked(_UserEvent, frozen=True, kw_only=True):
    """Access tokens are revoked before they expire.

    Revoked are the tokens whose `sub` is `id`, whose `sid` is `sessionId` (any, where that is null), and whose `iat` is
    not after `revokedAt`. All of them have expired at `expiresAt`.
    """

    event_type: ClassVar[str] = "user.access_revoked"
    session_id: Uuid | None
    revoked_at: Moment
    expires_at: Moment


class UserUpdated(_UserEvent, frozen=True, kw_only=True):
    """A user's profile changed. `changed` lists the changed fields; all fields hold the current values.

    The email address changes once the new one is verified, not before.
    """

    event_type: ClassVar[str] = "user.updated"
    changed: list[str]
    username: Personal
    email: Private
    first_name: Private | None


class EmailVerificationRequested(_UserEvent, frozen=True, kw_only=True):
    """A verification link with this token must be mailed to the address."""

    event_type: ClassVar[str] = "user.email_verification_requested"
    email: Private
    token: Private
    expires_at: Moment


class EmailChangeRequested(_UserEvent, frozen=True, kw_only=True):
    """A user asked for another email address. The verified address in force must be notified by mail."""

    event_type: ClassVar[str] = "user.email_change_requested"
    email: Private


class EmailVerified(_UserEvent, frozen=True, kw_only=True):
    """A user verified their email address."""

    event_type: ClassVar[str] = "user.email_verified"
    email: Private

    @property
    def actor(self) -> str:
        """The user, since the link authenticates them."""
        return self.id


class PasswordResetRequested(_UserEvent, frozen=True, kw_only=True):
    """A password reset link with this token must be mailed to the address."""

    event_type: ClassVar[str] = "user.password_reset_requested"
    email: Private
    token: Private
    expires_at: Moment


class PasswordChanged(_UserEvent, frozen=True, kw_only=True):
    """A password changed. `by` is `CHANGE` (with the current password) or `RESET` (with a mailed link)."""

    event_type: ClassVar[str] = "user.password_changed"
    by: str

    @property
    def actor(self) -> str:
        """The user, since the password or the link authenticates them."""
        return self.id


class RoleChanged(_UserEvent, frozen=True, kw_only=True):
    """An admin changed a user's role."""

    event_type: ClassVar[str] = "user.role_changed"
    role: str


class UserStateChanged(_UserEvent, frozen=True, kw_only=True):
    """An admin deactivated or reactivated a user."""

    event_type: ClassVar[str] = "user.state_changed"
    state: str


class UserDeleted(_UserEvent, frozen=True, kw_only=True):
    """An account and its personal data were deleted; the id is kept."""

    event_type: ClassVar[str] = "user.deleted"
    erases_subject: ClassVar[bool] = True


class ApiKeyCreated(_UserEvent, frozen=True, kw_only=True):
    """A user created an API key."""

    event_type: ClassVar[str] = "api_key.created"
    user_id: Uuid
    name: Personal
    scopes: list[str]

    @property
    def person(self) -> str:
        return self.user_id


class ApiKeyRevoked(_UserEvent, frozen=True, kw_only=True):
    """An API key was revoked."""

    event_type: ClassVar[str] = "api_key.revoked"
    user_id: Uuid

    @property
    def person(self) -> str:
        return self.user_id


class ApiKeyExchanged(_UserEvent, frozen=True, kw_only=True):
    """A machine client exchanged its API key for an access token."""

    event_type: ClassVar[str] = "api_key.exchanged"
    user_id: Uuid

    @property
    def person(self) -> str:
        return self.user_id

    @property
    def actor(self) -> str:
        """The user on whose behalf the client acts."""
        return self.user_id


PUBLISHED: tuple[type[EventData], ...] = (
    UserRegistered,
    UserUpdated,
    UserDeleted,
    UserSignedIn,
    SignInFailed,
    UserSignedOut,
    AccessRevoked,
    EmailVerificationRequested,
    EmailChangeRequested,
    EmailVerified,
    PasswordResetRequested,
    PasswordChanged,
    RoleChanged,
    UserStateChanged,
    ApiKeyCreated,
    ApiKeyRevoked,
    ApiKeyExchanged,
)
