"""What the users subgraph refuses, beyond the common errors.

Unauthenticated
├── WrongCredentials    the login or the password is wrong; it does not say which
├── SessionEnded        a refresh token that is unknown, expired or revoked
└── TokenReused         a refresh token used twice: its whole session is revoked
BadInput
├── LinkVoid            a mailed link that is unknown, used or expired
└── WrongPassword       the present password is not the one given
Conflict
└── Taken               an e-mail, username or phone number that another user has
"""

from __future__ import annotations

from hanse_subgraph.errors import BadInput, Conflict, FieldProblem, Unauthenticated


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


class LinkVoid(BadInput):
    """The mailed link is good no longer, or never was."""

    def __init__(self) -> None:
        super().__init__(FieldProblem("token", "VOID", "This link is used or has expired; ask for a new one."))


class WrongPassword(BadInput):
    """The present password is another."""

    def __init__(self, name: str) -> None:
        super().__init__(FieldProblem(name, "WRONG_PASSWORD", "This is not your present password."))


class Taken(Conflict):
    """Another user has these already."""

    def __init__(self, *names: str) -> None:
        super().__init__(*(FieldProblem(name, "TAKEN", f"This {name} is taken.") for name in names))
