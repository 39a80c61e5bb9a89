"""Errors of callers who ask for more than they may, and of a router that cannot respond now."""

from __future__ import annotations

import math

from hanse_router.errors.base import RouterError


class RateLimited(RouterError):
    """A limit on a field, or on all requests, is used up."""

    code = "RATE_LIMITED"
    status = 429

    def __init__(self, message: str, limit: str, policy: tuple[int, float], *, retry_after: float | None) -> None:
        """`policy` is the number of uses and the seconds of the window; `retry_after` is None if it would never fit.

        The headers are those of RFC 9110 (Retry-After) and draft-ietf-httpapi-ratelimit-headers-10.
        """
        quota, window = policy
        headers = [(b"ratelimit-policy", f'"{limit}";q={quota};w={math.ceil(window)}'.encode())]
        extensions = {}
        if retry_after is not None:
            seconds = max(1, math.ceil(retry_after))
            extensions = {"retryAfter": seconds}
            headers += [
                (b"ratelimit", f'"{limit}";r=0;t={seconds}'.encode()),
                (b"retry-after", str(seconds).encode()),
            ]
        super().__init__(message, extensions=extensions, headers=headers)


class TooManyOperations(RouterError):
    """A WebSocket connection has `websocket.max_operations` operations."""

    code = "TOO_MANY_OPERATIONS"
    status = 429

    def __init__(self, limit: int) -> None:
        super().__init__(f"This connection has {limit} operations: complete one, then start this one again.")


class Unavailable(RouterError):
    """The router cannot respond now: it is stopping, or a dependency is unavailable."""

    code = "SERVICE_UNAVAILABLE"
    status = 503


class UploadsBusy(Unavailable):
    """The files of all requests in flight, or of this caller, have no space now."""

    code = "UPLOADS_BUSY"


class BodiesBusy(Unavailable):
    """The bodies of all requests in flight, or of this address, have no space now."""

    code = "REQUESTS_BUSY"

    def __init__(self) -> None:
        super().__init__("Too many large requests are being received: send it again in a moment.")


class QueueFull(Unavailable):
    """Too many new documents wait to be prepared, and this caller sent most of them."""

    code = "PREPARATION_QUEUE_FULL"

    def __init__(self) -> None:
        message = "Too many new operations wait to be prepared; try again in a moment."
        super().__init__(message, headers=[(b"retry-after", b"1")])


class BranchUnavailable(Unavailable):
    """The supergraph of a feature branch cannot be read now, or cannot be served."""

    code = "BRANCH_UNAVAILABLE"

    def __init__(self, name: str) -> None:
        message = f"The feature branch {name!r} cannot be served now; the router's log has the reason."
        super().__init__(message, headers=[(b"retry-after", b"10")])


class BranchesBusy(Unavailable):
    """As many feature branches as the settings allow are in use, or are being made."""

    code = "BRANCHES_BUSY"

    def __init__(self) -> None:
        message = "Too many feature branches are in use (branches.max); try again in a moment."
        super().__init__(message, headers=[(b"retry-after", b"10")])


class RateLimitsUnavailable(Unavailable):
    """The shared store is unavailable, and the settings reject uncounted operations."""

    code = "RATE_LIMITS_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("This operation is limited, and cannot be counted now; try again in a moment.")
