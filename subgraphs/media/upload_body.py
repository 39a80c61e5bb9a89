"""The file in the body of an upload request: the whole body, or the only file of a multipart/form-data form."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import Request
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from hanse_subgraph.errors import BadInput, FieldProblem, Unavailable
from hanse_wire.byte_budget import BudgetExceeded, ByteShare
from subgraphs.media.errors import TooLarge

FORM = "multipart/form-data"
MAX_PARTS = 20
FORM_OVERHEAD = 64 * 1024  # bytes allowed in a form in addition to its file


class UploadBody:
    """A file being received. Its name is known once the content has been read."""

    def __init__(self, request: Request, share: ByteShare, *, max_bytes: int) -> None:
        """`share` is what the file may take of the space for all files in flight."""
        self.name = request.query_params.get("name") or _disposition_name(request) or "file"
        self._request = request
        self._share = share
        self._max_bytes = max_bytes
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        self._boundary = options.get("boundary", "") if kind == FORM else None

    def declared_too_large(self) -> bool:
        """Whether the content-length header exceeds the limit."""
        length = self._request.headers.get("content-length", "")
        return length.isascii() and length.isdigit() and int(length) > self._max_bytes + FORM_OVERHEAD

    async def content(self) -> AsyncIterator[bytes]:
        """The content of the file.

        Raises BadInput if the form is malformed, too large, or has not exactly one file; Unavailable without space.
        """
        chunks = self._request.stream() if self._boundary is None else self._form_content(self._boundary)
        async for chunk in chunks:
            try:
                self._share.take(len(chunk))
            except BudgetExceeded:
                raise Unavailable("Too many files are being received: send the file again later.") from None
            yield chunk

    async def _form_content(self, boundary: str) -> AsyncIterator[bytes]:
        if not boundary:
            raise _bad_file("MALFORMED", "The content-type header has no boundary.")
        files, in_file, received = 0, False, 0
        try:
            with PushMultipartParser(boundary, max_segment_count=MAX_PARTS) as parser:
                async for chunk in self._request.stream():
                    if not chunk:
                        continue
                    received += len(chunk)
                    if received > self._max_bytes + FORM_OVERHEAD:
                        raise TooLarge(self._max_bytes)
                    for part in parser.parse(chunk):
                        if isinstance(part, MultipartSegment):
                            in_file = part.filename is not None
                            files += in_file
                            if files > 1:
                                raise _bad_file("SEVERAL_FILES", "Send one file at a time.")
                            self.name = part.filename or self.name
                        elif part and in_file:
                            yield bytes(part)
        except MultipartError as error:
            raise _bad_file("MALFORMED", "The body is not valid multipart/form-data.") from error
        if not files:
            raise _bad_file("MISSING", "The form contains no file.")


def _disposition_name(request: Request) -> str | None:
    _, options = parse_options_header(request.headers.get("content-disposition", ""))
    name: str | None = options.get("filename")
    return name


def _bad_file(reason: str, message: str) -> BadInput:
    return BadInput(FieldProblem("file", reason, message))
