"""What the users subgraph refuses, beyond the common errors.

Unauthenticated
├── WrongCredentials    the login or the password is wrong; it does not say which
├── SessionEnded        a refresh token that is unknown, expired or revoked
└── TokenReused         a refresh token used twice: its whole session is revoked
Conflict
└── Taken               an e-mail, username or phone number that another user has
"""

from __future__ import annotations

from shared.errors import Conflict, FieldProblem, Unauthenticated


class WrongCredentials(Unauthenticated):
    """The login or the password is wrong."""

    def __init__(self) -> None:
        super().__init__("The login or the password is wrong.")


class SessionEnded(Unauthenticated):
    """The refresh token is of no session that lives."""

    def __init__(self) -> None:
        super().__init__("This session has ended; sign in again.")


class TokenReused(Unauthenticated):
    """The refresh token had been used before, so somebody has a copy of it."""

    def __init__(self) -> None:
        super().__init__("This refresh token was used before; the session has been ended. Sign in again.")


class Taken(Conflict):
    """Another user has these already."""

    def __init__(self, *names: str) -> None:
        super().__init__(*(FieldProblem(name, "TAKEN", f"This {name} is taken.") for name in names))
