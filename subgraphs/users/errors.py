"""Client errors of the users subgraph, in addition to the common ones.

Unauthenticated
├── WrongCredentials    unknown login or wrong password; the error does not reveal which
├── SessionEnded        the refresh token is unknown, expired or revoked
└── TokenReused         the refresh token was used twice; its session is revoked
PasswordQueueFull       PASSWORD_QUEUE_FULL
PasswordNotFirst        PASSWORD_NOT_FIRST
BadInput
├── InvalidLink         the token of a mailed link is unknown, used or expired
├── WrongPassword       the given current password is wrong
└── PasswordRequired    the current password is needed, since the sign-in is not fresh
Conflict
└── Taken               another user has the email address, username or phone number
"""

from __future__ import annotations

from hanse_subgraph.errors import BadInput, ClientError, Conflict, FieldProblem, Unauthenticated


class WrongCredentials(Unauthenticated):
    """The login is unknown or the password is wrong."""

    def __init__(self) -> None:
        super().__init__("The login or the password is wrong.")


class SessionEnded(Unauthenticated):
    """The refresh token belongs to no active session."""

    def __init__(self) -> None:
        super().__init__("The session has ended. Sign in again.")


class TokenReused(Unauthenticated):
    """The refresh token was used before, so it may have been stolen."""

    def __init__(self) -> None:
        super().__init__("The refresh token was already used, so its session was revoked. Sign in again.")


class PasswordQueueFull(ClientError):
    """Too many passwords of one address, or of all, wait for hashing."""

    code = "PASSWORD_QUEUE_FULL"

    def __init__(self) -> None:
        super().__init__("Too many passwords are being checked at the same time. Try again in a few seconds.")


class PasswordNotFirst(ClientError):
    """An operation checks or sets a password after another mutation of this subgraph."""

    code = "PASSWORD_NOT_FIRST"

    def __init__(self) -> None:
        super().__init__(
            "A mutation that checks or sets a password must be the first of its operation. Send one operation for each."
        )


class InvalidLink(BadInput):
    """The mailed link is unknown, used or expired."""

    def __init__(self) -> None:
        super().__init__(
            FieldProblem("token", "VOID", "The link is invalid, already used or expired. Request a new one.")
        )


class WrongPassword(BadInput):
    """The given current password is wrong."""

    def __init__(self, name: str) -> None:
        super().__init__(FieldProblem(name, "WRONG_PASSWORD", "The current password is wrong."))


class PasswordRequired(BadInput):
    """The action needs the current password, since the caller signed in long ago."""

    def __init__(self, name: str) -> None:
        super().__init__(
            FieldProblem(name, "REQUIRED", f"Give {name}, or sign in again just before you change the email address.")
        )


class Taken(Conflict):
    """Another user already has these values."""

    def __init__(self, *names: str) -> None:
        super().__init__(*(FieldProblem(name, "TAKEN", f"{name} is already taken.") for name in names))
