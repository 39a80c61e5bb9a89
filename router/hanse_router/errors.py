"""The errors that a client of the router can see, each with a stable code.

    RouterError
    ├── InvalidRequest           BAD_REQUEST                    400  the request itself: body, parameters
    │   ├── UnsupportedBatch     BATCHING_NOT_SUPPORTED         400
    │   ├── BodyTooLarge         REQUEST_TOO_LARGE              413
    │   ├── UnsupportedMediaType UNSUPPORTED_MEDIA_TYPE         415
    │   ├── NotAcceptable        NOT_ACCEPTABLE                 406
    │   ├── MethodNotAllowed     METHOD_NOT_ALLOWED             405
    │   ├── CsrfRefused          CSRF_PREVENTED                 400
    │   ├── OriginRefused        ORIGIN_NOT_ALLOWED             403  a WebSocket opened by a page of another site
    │   ├── UploadMalformed      UPLOAD_MALFORMED               400  a form that is no request with files
    │   ├── UploadFileMissing    UPLOAD_FILE_MISSING            400
    │   ├── RequestTimeout       REQUEST_TIMEOUT                408
    │   ├── UploadTooLarge       UPLOAD_TOO_LARGE               413
    │   └── UploadTooManyFiles   UPLOAD_TOO_MANY_FILES          413
    ├── OperationRefused         (its own code)                 400  a well-formed request whose operation cannot run
    │   ├── SyntaxFailed         GRAPHQL_PARSE_FAILED
    │   ├── ValidationFailed     GRAPHQL_VALIDATION_FAILED
    │   ├── VariablesRefused     BAD_USER_INPUT
    │   ├── UnknownOperation     OPERATION_RESOLUTION_FAILURE
    │   ├── LimitExceeded        MAX_DEPTH_LIMIT, MAX_ALIASES_LIMIT, MAX_TOKENS_LIMIT, MAX_FIELDS_LIMIT,
    │   │                        MAX_ROOT_FIELDS_LIMIT, MAX_OPERATIONS_LIMIT, MAX_DIRECTIVES_LIMIT,
    │   │                        MAX_DOCUMENT_SIZE_LIMIT, MAX_VARIABLES_LIMIT, QUERY_TOO_COMPLEX
    │   ├── CostTooHigh          COST_ESTIMATED_TOO_EXPENSIVE
    │   ├── SlicingArgumentRequired SLICING_ARGUMENT_REQUIRED
    │   └── UnplannableOperation QUERY_PLANNING_FAILED          500
    ├── PersistedNotFound        PERSISTED_QUERY_NOT_FOUND      200  (APQ: the client sends the text next)
    ├── PersistedNotSupported    PERSISTED_QUERY_NOT_SUPPORTED  200
    ├── PersistedMismatch        PERSISTED_QUERY_HASH_MISMATCH  400
    ├── UntrustedDocument        PERSISTED_QUERY_NOT_IN_LIST    400
    ├── Unauthenticated          UNAUTHENTICATED                401
    │   ├── SubscriptionExpired  SUBSCRIPTION_JWT_EXPIRED       401  ends a running subscription
    │   └── SubscriptionRevoked  SUBSCRIPTION_JWT_REVOKED       401  the same
    ├── Unauthorized             UNAUTHORIZED_FIELD_OR_TYPE     403  (only where the whole operation is refused)
    ├── RateLimited              RATE_LIMITED                   429
    ├── TooManyOperations        TOO_MANY_OPERATIONS            429  on one WebSocket connection
    ├── Unavailable              SERVICE_UNAVAILABLE            503
    │   ├── UploadsBusy          UPLOADS_BUSY                   503
    │   ├── BodiesBusy           REQUESTS_BUSY                  503
    │   ├── QueueFull            PREPARATION_QUEUE_FULL        503  too many new documents wait to be prepared
    │   └── RateLimitsUnavailable RATE_LIMITS_UNAVAILABLE       503  (only where the settings say so)
    └── InternalError            INTERNAL_SERVER_ERROR          500  masked; the log has the rest under its id

Errors during execution are no exceptions here: the executor writes them into the response.
"""

from __future__ import annotations

import logging
import math
import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from graphql import GraphQLError

from hanse_wire.request_id import request_id

log = logging.getLogger("hanse_router")

_MAX_MESSAGE = 1_000  # characters


class RouterError(Exception):
    """A request that gets no data: `message` says what to do, `code` and `status` are stable."""

    code: ClassVar[str] = "INTERNAL_SERVER_ERROR"
    status: ClassVar[int] = 500

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        status: int | None = None,
        extensions: dict[str, Any] | None = None,
        headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.error_code = code or self.code
        self.http_status = status or self.status
        self.extensions = extensions or {}
        self.headers = tuple(headers)

    @property
    def well_formed(self) -> bool:
        """Whether the request was one of GraphQL over HTTP: then `application/json` clients get status 200."""
        return False

    def formatted(self) -> list[dict[str, Any]]:
        """The `errors` of the GraphQL response."""
        return [{"message": self.message, "extensions": {**self.extensions, "code": self.error_code}}]


class InvalidRequest(RouterError):
    """The request is not one of GraphQL over HTTP."""

    code = "BAD_REQUEST"
    status = 400


class UnsupportedBatch(InvalidRequest):
    """An array of requests."""

    code = "BATCHING_NOT_SUPPORTED"

    def __init__(self) -> None:
        super().__init__("A batch of operations is not supported: send each operation in a request of its own.")


class BodyTooLarge(InvalidRequest):
    """The body is larger than `limits.max_body_bytes`."""

    code = "REQUEST_TOO_LARGE"
    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"The request body is larger than {limit} bytes.")


class UnsupportedMediaType(InvalidRequest):
    """The body has a content type that is not taken."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    status = 415

    def __init__(self, given: str) -> None:
        problem = f"The content type {given!r} is not supported" if given else "The request has no content type"
        super().__init__(f"{problem}: send the operation as application/json.")


class NotAcceptable(InvalidRequest):
    """None of the accepted media types can carry the answer."""

    code = "NOT_ACCEPTABLE"
    status = 406


class MethodNotAllowed(InvalidRequest):
    """The method is not taken here; `allow` lists those that are."""

    code = "METHOD_NOT_ALLOWED"
    status = 405

    def __init__(self, message: str, allow: str) -> None:
        super().__init__(message, headers=[(b"allow", allow.encode())])


class CsrfRefused(InvalidRequest):
    """A browser could have been made to send this without its user's will."""

    code = "CSRF_PREVENTED"


class OriginRefused(InvalidRequest):
    """A web page that `cors.origins` does not list opened a WebSocket."""

    code = "ORIGIN_NOT_ALLOWED"
    status = 403

    def __init__(self) -> None:
        super().__init__("Pages of this origin may not connect: add the origin to the setting cors.origins.")


class UploadMalformed(InvalidRequest):
    """The form is not one of the GraphQL multipart request specification."""

    code = "UPLOAD_MALFORMED"


class UploadFileMissing(InvalidRequest):
    """The form ends without a file that it spoke of."""

    code = "UPLOAD_FILE_MISSING"


class UploadTooLarge(InvalidRequest):
    """A file is larger than `uploads.max_file_bytes`, or the whole form than all files may be together."""

    code = "UPLOAD_TOO_LARGE"
    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"A file may have at most {limit} bytes.")


class UploadTooManyFiles(InvalidRequest):
    """There are more files than `uploads.max_files`."""

    code = "UPLOAD_TOO_MANY_FILES"
    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"A request may bring at most {limit} files.")


class RequestTimeout(InvalidRequest):
    """The body did not arrive in time."""

    code = "REQUEST_TIMEOUT"
    status = 408

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The request did not arrive within {seconds:g} s: send it again, and faster.")


class OperationRefused(RouterError):
    """A well-formed request whose operation cannot run."""

    status = 400

    @property
    def well_formed(self) -> bool:
        return self.http_status == 400


class _GraphQLErrors(OperationRefused):
    """Several errors with their locations."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__(_short(errors[0].message))
        # Not the errors themselves: their nodes keep the whole document.
        self._formatted = [
            {**error.formatted, "message": _short(error.message), "extensions": {"code": self.error_code}}
            for error in errors
        ]
        for error in errors:
            for one in (error, error.original_error):
                if one is not None:
                    one.__traceback__ = one.__context__ = None  # frames refer to the error, and keep the document

    def formatted(self) -> list[dict[str, Any]]:
        return self._formatted


def _short(message: str) -> str:
    """The message, cut: some quote a value of the document, which may be most of it."""
    return message if len(message) <= _MAX_MESSAGE else f"{message[:_MAX_MESSAGE]} ..."


class SyntaxFailed(_GraphQLErrors):
    """The document is not GraphQL."""

    code = "GRAPHQL_PARSE_FAILED"


class ValidationFailed(_GraphQLErrors):
    """The document does not fit the API schema."""

    code = "GRAPHQL_VALIDATION_FAILED"


class VariablesRefused(_GraphQLErrors):
    """A variable is missing, or is not of its type."""

    code = "BAD_USER_INPUT"


class UnknownOperation(OperationRefused):
    """Which operation of the document to run is not clear."""

    code = "OPERATION_RESOLUTION_FAILURE"


class LimitExceeded(OperationRefused):
    """The operation is larger than a limit in the settings allows."""


class CostTooHigh(OperationRefused):
    """The estimated cost of the operation is above `demand_control.max_cost`."""

    code = "COST_ESTIMATED_TOO_EXPENSIVE"

    def __init__(self, estimated: int, max_cost: int) -> None:
        super().__init__(
            f"The operation has an estimated cost of {estimated}; the maximum is {max_cost} (demand_control.max_cost):"
            " ask for shorter lists or fewer fields, or send several operations.",
            extensions={"cost": {"estimated": estimated, "max": max_cost}},
        )


class SlicingArgumentRequired(OperationRefused):
    """A list has to be limited by exactly one of its slicing arguments."""

    code = "SLICING_ARGUMENT_REQUIRED"

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__(
            f"Give exactly one slicing argument of {', '.join(fields)}, so that the size of the list is known."
        )


class UnplannableOperation(OperationRefused):
    """No plan exists for a valid operation: the supergraph is not satisfiable."""

    code = "QUERY_PLANNING_FAILED"
    status = 500


class PersistedNotFound(RouterError):
    """The hash is not known yet; clients answer this by sending the text too."""

    code = "PERSISTED_QUERY_NOT_FOUND"
    status = 200

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotFound")  # clients compare the message


class PersistedNotSupported(RouterError):
    """Automatic persisted queries are switched off; clients stop using them."""

    code = "PERSISTED_QUERY_NOT_SUPPORTED"
    status = 200

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotSupported")


class PersistedMismatch(RouterError):
    """The hash is not that of the text."""

    code = "PERSISTED_QUERY_HASH_MISMATCH"
    status = 400

    def __init__(self) -> None:
        super().__init__("The sha256Hash of the persisted query is not the SHA-256 of the query sent with it.")


class UntrustedDocument(RouterError):
    """Only trusted documents run here, and this is none."""

    code = "PERSISTED_QUERY_NOT_IN_LIST"
    status = 400


class Unauthenticated(RouterError):
    """The token is expired, forged or malformed, or one is needed and there is none."""

    code = "UNAUTHENTICATED"
    status = 401

    def __init__(self, message: str) -> None:
        challenge = b'Bearer error="invalid_token"'
        super().__init__(message, headers=[(b"www-authenticate", challenge)])


class SubscriptionExpired(Unauthenticated):
    """The token of a running subscription has expired."""

    code = "SUBSCRIPTION_JWT_EXPIRED"

    def __init__(self) -> None:
        super().__init__("The access token has expired: subscribe again with a fresh one.")


class SubscriptionRevoked(Unauthenticated):
    """The token of a running subscription was revoked."""

    code = "SUBSCRIPTION_JWT_REVOKED"

    def __init__(self) -> None:
        super().__init__("The access token was revoked: sign in again, then subscribe again.")


class Unauthorized(RouterError):
    """The operation asks for what the caller may not see, and the settings refuse it whole."""

    code = "UNAUTHORIZED_FIELD_OR_TYPE"
    status = 403

    def __init__(self, errors: list[dict[str, Any]], *, anonymous: bool) -> None:
        super().__init__(errors[0]["message"], status=401 if anonymous else 403)
        self._errors = errors

    def formatted(self) -> list[dict[str, Any]]:
        return self._errors


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


class RateLimitsUnavailable(Unavailable):
    """The shared store is unavailable, and the settings reject uncounted operations."""

    code = "RATE_LIMITS_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("This operation is limited, and cannot be counted now; try again in a moment.")


class InternalError(RouterError):
    """A fault of the router: clients see only an id, under which the log has the traceback."""

    def __init__(self, cause: BaseException) -> None:
        self.id = request_id.get() or uuid.uuid4().hex[:12]
        super().__init__(f"The router failed; its log has the reason under {self.id}.", extensions={"id": self.id})
        log.error("internal error %s", self.id, exc_info=cause)
