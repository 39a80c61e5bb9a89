"""The errors that clients see. Each has a stable `extensions.code`; anything else is masked.

ClientError
├── Unauthenticated    UNAUTHENTICATED
├── Forbidden          FORBIDDEN
├── NotFound           NOT_FOUND
├── BadInput           BAD_USER_INPUT, with the fields at fault
├── Conflict           CONFLICT, with the fields at fault
├── TooManyAttempts    TOO_MANY_ATTEMPTS, with the seconds to wait
├── Busy               DATABASE_BUSY
└── Unavailable        SERVICE_UNAVAILABLE

Every subgraph reports refusals this one way: a GraphQL error with `extensions.code`, never a member of the payload.
`extensions.fields` is a list of `{name, reason, message}`; `name` is the argument's path, `reason` is stable.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one argument: its name, a stable reason in capitals, and a sentence."""

    name: str
    reason: str
    message: str


class ClientError(Exception):
    """A refusal that the client may read. `code` is stable, the message is for people."""

    code = "BAD_REQUEST"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def extensions(self) -> dict[str, Any]:
        """What goes into the GraphQL error's `extensions`."""
        return {"code": self.code}


class Unauthenticated(ClientError):
    """Nobody is signed in, or the credentials are wrong."""

    code = "UNAUTHENTICATED"

    def __init__(self, message: str = "Sign in first.") -> None:
        super().__init__(message)


class Forbidden(ClientError):
    """Somebody is signed in who may not do this."""

    code = "FORBIDDEN"

    def __init__(self, message: str = "You may not do this.") -> None:
        super().__init__(message)


class NotFound(ClientError):
    """There is no such thing, or not for this caller."""

    code = "NOT_FOUND"

    def __init__(self, kind: str) -> None:
        super().__init__(f"{kind} not found.")


class _FieldsError(ClientError):
    def __init__(self, *problems: FieldProblem, message: str | None = None) -> None:
        super().__init__(message or " ".join(problem.message for problem in problems))
        self.problems = problems

    @property
    def extensions(self) -> dict[str, Any]:
        return {"code": self.code, "fields": [asdict(problem) for problem in self.problems]}


class BadInput(_FieldsError):
    """Arguments that do not keep the rules."""

    code = "BAD_USER_INPUT"


class Conflict(_FieldsError):
    """The state does not allow it: a value is taken, a version is old, stock is out."""

    code = "CONFLICT"


class TooManyAttempts(ClientError):
    """Too many failures in a row."""

    code = "TOO_MANY_ATTEMPTS"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many failed attempts; try again in {seconds} seconds.")
        self.seconds = seconds

    @property
    def extensions(self) -> dict[str, Any]:
        return {"code": self.code, "retryAfterSeconds": self.seconds}


class Busy(ClientError):
    """The database has more to do than it can in time; nothing was changed."""

    code = "DATABASE_BUSY"

    def __init__(self) -> None:
        super().__init__("There is too much to do just now, and nothing was changed; try again in a moment.")


class Unavailable(ClientError):
    """Something that is needed is away, the database unless told otherwise.

    Where that went away during a commit, nobody knows what became of the change.
    """

    code = "SERVICE_UNAVAILABLE"

    def __init__(
        self, message: str = "The data cannot be reached just now; see whether a change was made, and try again."
    ) -> None:
        super().__init__(message)


class Problems:
    """Collects what is wrong with the arguments, so that a client hears of all of it at once."""

    def __init__(self) -> None:
        self._found: list[FieldProblem] = []

    def add(self, name: str, reason: str, message: str) -> None:
        """Note one problem."""
        self._found.append(FieldProblem(name, reason, message))

    def text(self, name: str, value: str | None, *, most: int, least: int = 0) -> None:
        """Note a text whose length in characters lies outside `least` and `most`; None passes."""
        if value is None:
            return
        if len(value.strip()) < least:
            required = "is required" if least == 1 else f"needs at least {least} characters"
            self.add(name, "TOO_SHORT", f"{name} {required}.")
        elif len(value) > most:
            self.add(name, "TOO_LONG", f"{name} may have at most {most} characters.")
        elif "\x00" in value:
            self.add(name, "INVALID", f"{name} holds a character that is not allowed.")

    def found(self, name: str) -> bool:
        """Whether something was noted of this argument."""
        return any(problem.name == name for problem in self._found)

    def raise_if_any(self) -> None:
        """Raises BadInput with everything noted so far; passes where there is nothing."""
        if self._found:
            raise BadInput(*self._found)
