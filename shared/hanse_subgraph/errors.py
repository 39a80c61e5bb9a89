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
    """A problem of one argument: its name, a stable reason code, and a message."""

    name: str
    reason: str
    message: str


class ClientError(Exception):
    """An error for clients. `code` is stable; the message is for people."""

    code = "BAD_REQUEST"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def extensions(self) -> dict[str, Any]:
        """The `extensions` of the GraphQL error."""
        return {"code": self.code}


class Unauthenticated(ClientError):
    """The caller is not authenticated, or the credentials are wrong."""

    code = "UNAUTHENTICATED"

    def __init__(self, message: str = "Authentication is required. Sign in and send the access token.") -> None:
        super().__init__(message)


class Forbidden(ClientError):
    """The caller is authenticated but not authorized."""

    code = "FORBIDDEN"

    def __init__(self, message: str = "You are not authorized to do this.") -> None:
        super().__init__(message)


class NotFound(ClientError):
    """The object does not exist or is not visible to the caller."""

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
    """Invalid arguments."""

    code = "BAD_USER_INPUT"


class Conflict(_FieldsError):
    """A conflict with the current state, such as a taken value or a stale version."""

    code = "CONFLICT"


class TooManyAttempts(ClientError):
    """Too many consecutive failures."""

    code = "TOO_MANY_ATTEMPTS"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many failed attempts. Try again in {seconds} seconds.")
        self.seconds = seconds

    @property
    def extensions(self) -> dict[str, Any]:
        return {"code": self.code, "retryAfterSeconds": self.seconds}


class Busy(ClientError):
    """The database is overloaded; nothing was changed."""

    code = "DATABASE_BUSY"

    def __init__(self) -> None:
        super().__init__("The service is overloaded, and nothing was changed. Try again later.")


class Unavailable(ClientError):
    """A dependency is unavailable, by default the database.

    Where that went away during a commit, nobody knows what became of the change.
    """

    code = "SERVICE_UNAVAILABLE"

    def __init__(
        self, message: str = "The service is unavailable. Check whether the change was made before you retry."
    ) -> None:
        super().__init__(message)


class Problems:
    """Collects the problems of arguments, so that a client receives all of them together."""

    def __init__(self) -> None:
        self._found: list[FieldProblem] = []

    def add(self, name: str, reason: str, message: str) -> None:
        """Add a problem."""
        self._found.append(FieldProblem(name, reason, message))

    def text(self, name: str, value: str | None, *, max_length: int, min_length: int = 0) -> None:
        """Add a problem if the text's length in characters is out of range; None is valid."""
        if value is None:
            return
        if len(value.strip()) < min_length:
            required = "is required" if min_length == 1 else f"must have at least {min_length} characters"
            self.add(name, "TOO_SHORT", f"{name} {required}.")
        elif len(value) > max_length:
            self.add(name, "TOO_LONG", f"{name} can have at most {max_length} characters.")
        elif "\x00" in value:
            self.add(name, "INVALID", f"{name} contains an invalid character.")

    def found(self, name: str) -> bool:
        """Whether there is a problem of this argument."""
        return any(problem.name == name for problem in self._found)

    def raise_if_any(self) -> None:
        """Raises BadInput with all problems, if there are any."""
        if self._found:
            raise BadInput(*self._found)
