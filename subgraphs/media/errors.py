"""Client errors of the media subgraph, in addition to the common ones.

BadInput
├── TooLarge        the file is larger than files may be
├── EmptyFile       there is nothing in it
├── BrokenImage     it begins as an image, and is none
├── TooManyPixels   the image would fill the memory of whoever shows it
└── NotAnImage      a picture is wanted, and this is another kind of file
Conflict
├── NotUploaded     nothing was put at the presigned URL, or not what was announced
├── WrongChecksum   the content is another than the one announced
└── QuotaReached    the user may keep no more
FilesUnavailable    SERVICE_UNAVAILABLE: the store is away, or has no room
"""

from __future__ import annotations

from hanse_subgraph.errors import BadInput, ClientError, Conflict, FieldProblem


class TooLarge(BadInput):
    """The file is larger than files may be."""

    def __init__(self, most: int) -> None:
        super().__init__(FieldProblem("file", "TOO_LARGE", f"A file may have at most {most} bytes."))


class EmptyFile(BadInput):
    """There is nothing in it."""

    def __init__(self) -> None:
        super().__init__(FieldProblem("file", "EMPTY", "The file is empty."))


class BrokenImage(BadInput):
    """It begins as an image, and is none."""

    def __init__(self) -> None:
        super().__init__(FieldProblem("file", "BROKEN_IMAGE", "The image cannot be read; it is damaged or cut off."))


class TooManyPixels(BadInput):
    """The image would fill the memory of whoever shows it."""

    def __init__(self, most: int) -> None:
        super().__init__(FieldProblem("file", "TOO_MANY_PIXELS", f"An image may have at most {most} pixels."))


class NotAnImage(BadInput):
    """A picture is wanted, and this is another kind of file."""

    def __init__(self, argument: str) -> None:
        super().__init__(FieldProblem(argument, "NOT_AN_IMAGE", f"{argument} must name images that can be shown."))


class NotUploaded(Conflict):
    """Nothing was put at the presigned URL, or not what was announced."""

    def __init__(self) -> None:
        said = "The file is not there yet: put it at the URL of requestUpload first, whole."
        super().__init__(FieldProblem("id", "NOT_UPLOADED", said))


class WrongChecksum(Conflict):
    """The content is another than the one announced."""

    def __init__(self) -> None:
        said = "The content's SHA-256 is not the one announced; put the file again."
        super().__init__(FieldProblem("sha256", "WRONG_CHECKSUM", said))


class QuotaReached(Conflict):
    """The user may keep no more."""

    def __init__(self, most: int) -> None:
        said = f"You may keep at most {most} bytes; delete something first."
        super().__init__(FieldProblem("file", "QUOTA_REACHED", said))


class FilesUnavailable(ClientError):
    """The store is away, or has no room. The log says which."""

    code = "SERVICE_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("Files cannot be kept or had now; try again soon.")
