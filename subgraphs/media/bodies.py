"""The file in an HTTP request's body: the body itself, or the one file of a multipart/form-data form."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import Request
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from hanse_subgraph.errors import BadInput, FieldProblem
from subgraphs.media.errors import TooLarge

FORM = "multipart/form-data"
MOST_PARTS = 20
BESIDE = 64 * 1024  # bytes of a form beside its file


class UploadBody:
    """A file as it comes in. Its name is known once the content was read."""

    def __init__(self, request: Request, *, most_bytes: int) -> None:
        self.name = request.query_params.get("name") or _disposition_name(request) or "file"
        self._request = request
        self._most_bytes = most_bytes
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        self._boundary = options.get("boundary", "") if kind == FORM else None

    def declared_too_large(self) -> bool:
        """Whether it says itself that it is larger than it may be."""
        length = self._request.headers.get("content-length", "")
        return length.isascii() and length.isdigit() and int(length) > self._most_bytes + BESIDE

    def content(self) -> AsyncIterator[bytes]:
        """The file's content. Raises BadInput where the form is broken, too large, or has not just one file."""
        return self._request.stream() if self._boundary is None else self._of_form(self._boundary)

    async def _of_form(self, boundary: str) -> AsyncIterator[bytes]:
        if not boundary:
            raise _refusal("MALFORMED", "The form's content-type names no boundary.")
        files, inside, received = 0, False, 0
        try:
            with PushMultipartParser(boundary, max_segment_count=MOST_PARTS) as parser:
                async for chunk in self._request.stream():
                    if not chunk:
                        continue
                    received += len(chunk)
                    if received > self._most_bytes + BESIDE:
                        raise TooLarge(self._most_bytes)
                    for part in parser.parse(chunk):
                        if isinstance(part, MultipartSegment):
                            inside = part.filename is not None
                            files += inside
                            if files > 1:
                                raise _refusal("SEVERAL_FILES", "Send one file at a time.")
                            self.name = part.filename or self.name
                        elif part and inside:
                            yield bytes(part)
        except MultipartError as error:
            raise _refusal("MALFORMED", "The form is not well-formed multipart/form-data.") from error
        if not files:
            raise _refusal("MISSING", "The form holds no file.")


def _disposition_name(request: Request) -> str | None:
    _, options = parse_options_header(request.headers.get("content-disposition", ""))
    name: str | None = options.get("filename")
    return name


def _refusal(reason: str, message: str) -> BadInput:
    return BadInput(FieldProblem("file", reason, message))
