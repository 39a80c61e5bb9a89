"""The events that the users subgraph publishes."""

from __future__ import annotations

from typing import ClassVar

from shared.events.data import EventData, Moment, Uuid


class _UserEvent(EventData, frozen=True, kw_only=True):
    source: ClassVar[str] = "users"


class UserRegistered(_UserEvent, frozen=True, kw_only=True):
    """Somebody has an account now."""

    event_type: ClassVar[str] = "user.registered"
    username: str
    email: str
    first_name: str | None
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


PUBLISHED: tuple[type[EventData], ...] = (UserRegistered, UserSignedIn, SignInFailed, UserSignedOut)
