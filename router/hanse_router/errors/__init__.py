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
    │   ├── BranchNotFound       BRANCH_NOT_FOUND               404
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
    │   ├── BranchUnavailable    BRANCH_UNAVAILABLE             503
    │   ├── BranchesBusy         BRANCHES_BUSY                  503  too many feature branches are in use
    │   ├── QueueFull            PREPARATION_QUEUE_FULL        503  too many new documents wait to be prepared
    │   └── RateLimitsUnavailable RATE_LIMITS_UNAVAILABLE       503  (only where the settings say so)
    └── InternalError            INTERNAL_SERVER_ERROR          500  masked; the log has the rest under its id

Errors during execution are no exceptions here: the executor writes them into the response.
"""

from __future__ import annotations

from hanse_router.errors.base import (
    InternalError,
    RouterError,
)
from hanse_router.errors.callers import (
    SubscriptionExpired,
    SubscriptionRevoked,
    Unauthenticated,
    Unauthorized,
)
from hanse_router.errors.capacity import (
    BodiesBusy,
    BranchesBusy,
    BranchUnavailable,
    QueueFull,
    RateLimited,
    RateLimitsUnavailable,
    TooManyOperations,
    Unavailable,
    UploadsBusy,
)
from hanse_router.errors.operations import (
    CostTooHigh,
    LimitExceeded,
    OperationRefused,
    PersistedMismatch,
    PersistedNotFound,
    PersistedNotSupported,
    SlicingArgumentRequired,
    SyntaxFailed,
    UnknownOperation,
    UnplannableOperation,
    UntrustedDocument,
    ValidationFailed,
    VariablesRefused,
)
from hanse_router.errors.requests import (
    BodyTooLarge,
    BranchNotFound,
    CsrfRefused,
    InvalidRequest,
    MethodNotAllowed,
    NotAcceptable,
    OriginRefused,
    RequestTimeout,
    UnsupportedBatch,
    UnsupportedMediaType,
    UploadFileMissing,
    UploadMalformed,
    UploadTooLarge,
    UploadTooManyFiles,
)

__all__ = [
    "BodiesBusy",
    "BodyTooLarge",
    "BranchNotFound",
    "BranchUnavailable",
    "BranchesBusy",
    "CostTooHigh",
    "CsrfRefused",
    "InternalError",
    "InvalidRequest",
    "LimitExceeded",
    "MethodNotAllowed",
    "NotAcceptable",
    "OperationRefused",
    "OriginRefused",
    "PersistedMismatch",
    "PersistedNotFound",
    "PersistedNotSupported",
    "QueueFull",
    "RateLimited",
    "RateLimitsUnavailable",
    "RequestTimeout",
    "RouterError",
    "SlicingArgumentRequired",
    "SubscriptionExpired",
    "SubscriptionRevoked",
    "SyntaxFailed",
    "TooManyOperations",
    "Unauthenticated",
    "Unauthorized",
    "Unavailable",
    "UnknownOperation",
    "UnplannableOperation",
    "UnsupportedBatch",
    "UnsupportedMediaType",
    "UntrustedDocument",
    "UploadFileMissing",
    "UploadMalformed",
    "UploadTooLarge",
    "UploadTooManyFiles",
    "UploadsBusy",
    "ValidationFailed",
    "VariablesRefused",
]
