"""Client errors of the media subgraph, in addition to the common ones.

BadInput
├── TooLarge        the file exceeds the maximum size
├── EmptyFile       the file is empty
├── BrokenImage     the image is damaged or truncated
├── TooManyPixels   the image exceeds the maximum number of pixels
└── NotAnImage      the file is not an image that browsers can display
Conflict
├── NotUploaded     no content of the announced size was uploaded to the presigned URL
├── WrongChecksum   the content differs from the announced SHA-256
└── QuotaReached    the file would exceed the user's quota
FilesUnavailable    SERVICE_UNAVAILABLE: the object store is unavailable or full
"""

from __future__ import annotations

from hanse_subgraph.errors import BadInput, ClientError, Conflict, FieldProblem


class TooLarge(BadInput):
    """The file exceeds the maximum size."""

    def __init__(self, limit: int) -> None:
        super().__init__(FieldProblem("file", "TOO_LARGE", f"The file exceeds the maximum size of {limit} bytes."))


class EmptyFile(BadInput):
    """The file is empty."""

    def __init__(self) -> None:
        super().__init__(FieldProblem("file", "EMPTY", "The file is empty."))


class BrokenImage(BadInput):
    """The image is damaged or truncated."""

    def __init__(self) -> None:
        super().__init__(FieldProblem("file", "BROKEN_IMAGE", "The image is damaged or truncated."))


class TooManyPixels(BadInput):
    """The image exceeds the maximum number of pixels."""

    def __init__(self, limit: int) -> None:
        super().__init__(FieldProblem("file", "TOO_MANY_PIXELS", f"The image exceeds the maximum of {limit} pixels."))


class NotAnImage(BadInput):
    """The file is not an image that browsers can display."""

    def __init__(self, argument: str) -> None:
        super().__init__(
            FieldProblem(argument, "NOT_AN_IMAGE", f"{argument} must refer to images that browsers can display.")
        )


class NotUploaded(Conflict):
    """No content of the announced size was uploaded to the presigned URL."""

    def __init__(self) -> None:
        message = "The file was not uploaded completely. Upload it to the URL of requestUpload first."
        super().__init__(FieldProblem("id", "NOT_UPLOADED", message))


class WrongChecksum(Conflict):
    """The content differs from the announced SHA-256."""

    def __init__(self) -> None:
        message = "The SHA-256 of the content differs from the announced one. Upload the file again."
        super().__init__(FieldProblem("sha256", "WRONG_CHECKSUM", message))


class QuotaReached(Conflict):
    """The file would exceed the user's quota."""

    def __init__(self, limit: int) -> None:
        message = f"The file would exceed your quota of {limit} bytes. Delete other files first."
        super().__init__(FieldProblem("file", "QUOTA_REACHED", message))


class FilesUnavailable(ClientError):
    """The object store is unavailable or full; the log has the details."""

    code = "SERVICE_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("The file storage is unavailable. Try again later.")
