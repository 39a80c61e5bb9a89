"""Errors of the request itself: its form, its body, its files."""

from __future__ import annotations

from hanse_router.errors.base import RouterError


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


class BranchNotFound(InvalidRequest):
    """The request asks for a feature branch that does not exist."""

    code = "BRANCH_NOT_FOUND"
    status = 404

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no feature branch {name[:100]!r}: create it, or leave out the header or cookie.")


class RequestTimeout(InvalidRequest):
    """The body did not arrive in time."""

    code = "REQUEST_TIMEOUT"
    status = 408

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The request did not arrive within {seconds:g} s: send it again, and faster.")
