"""A multipart request as it comes over HTTP: the operation, and its files in temporary files."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterable, AsyncIterator
from typing import BinaryIO, cast

import orjson
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header
from starlette.datastructures import UploadFile

from hanse_subgraph.errors import ClientError
from hanse_subgraph.uploads import FileAt

FORM = "multipart/form-data"
CHUNK = 256 * 1024
IN_MEMORY = 64 * 1024  # bytes of a file; more of it goes to a folder
MOST_PARTS = 1000


class MalformedForm(ClientError):
    """The form is no multipart request."""


class FormTooLarge(ClientError):
    """The form, or a file in it, is larger than is taken."""

    code = "REQUEST_TOO_LARGE"


class FormFile:
    """A file of a form. It is an Upload."""

    def __init__(self, field: MultipartSegment) -> None:
        self.name: str = field.filename or "file"
        self.content_type: str = field.content_type or "application/octet-stream"
        self.size = 0
        spooled = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115 - see close
        self._file = UploadFile(spooled)  # which asks a thread once the file is on disk
        self._lock = asyncio.Lock()

    async def write(self, content: bytes) -> None:
        """Add to the content."""
        self.size += len(content)
        await self._file.write(content)

    async def chunks(self) -> AsyncIterator[bytes]:
        """See Upload."""
        offset = 0
        while True:
            async with self._lock:
                await self._file.seek(offset)
                chunk = await self._file.read(CHUNK)
            if not chunk:
                return
            offset += len(chunk)
            yield chunk

    async def close(self) -> None:
        """Give the content up."""
        await self._file.close()


class Form:
    """What has come of a form: `operations` and `map` first, then the files."""

    def __init__(self, *, max_body: int, max_file: int) -> None:
        self.operations = b""
        self._max_body = max_body
        self._max_file = max_file
        self._texts: list[bytearray] = []  # `operations` and `map`
        self._files: dict[str, FormFile] = {}
        self._file: FormFile | None = None

    async def read(self, stream: AsyncIterable[bytes], content_type: str) -> list[FileAt]:
        """Read the whole of it; its files, where they stand. Raises MalformedForm, FormTooLarge."""
        boundary = parse_options_header(content_type)[1].get("boundary", "")
        if not boundary or not boundary.isascii():
            raise MalformedForm("The form's content-type names no boundary.")
        try:
            with PushMultipartParser(boundary, max_segment_count=MOST_PARTS) as parser:
                async for chunk in stream:
                    for part in parser.parse(chunk) if chunk else ():
                        if isinstance(part, MultipartSegment):
                            self._begin(part)
                        elif part:
                            await self._take(part)
        except MultipartError as error:
            raise MalformedForm(f"The form is not well-formed: {error}.") from error
        return self._placed()

    async def close(self) -> None:
        """Give up its files."""
        for file in self._files.values():
            await file.close()

    def _begin(self, field: MultipartSegment) -> None:
        if len(self._texts) < 2:
            wanted = ("operations", "map")[len(self._texts)]
            if field.name != wanted:
                raise MalformedForm(f"The form needs its field {wanted!r} here, not {field.name[:100]!r}.")
            self._texts.append(bytearray())
        elif field.name in self._files:
            raise MalformedForm(f"The file {field.name[:100]!r} came twice.")
        else:
            self._file = self._files[field.name] = FormFile(field)

    async def _take(self, content: bytes) -> None:
        if self._file is None:
            self._texts[-1] += content
            if len(self._texts[-1]) > self._max_body:
                raise FormTooLarge(f"The body is larger than {self._max_body} bytes.")
            return
        if self._file.size + len(content) > self._max_file:
            raise FormTooLarge(f"A file may have at most {self._max_file} bytes.")
        await self._file.write(content)

    def _placed(self) -> list[FileAt]:
        if len(self._texts) < 2:
            raise MalformedForm("The form needs the fields `operations` and `map`.")
        self.operations = bytes(self._texts[0])
        try:
            places = orjson.loads(self._texts[1])
            return [(str(place), self._files[name]) for name, found in places.items() for place in found]
        except (ValueError, AttributeError, TypeError):
            raise MalformedForm("`map` must be JSON that lists the places of each file.") from None
        except KeyError as missing:
            raise MalformedForm(f"`map` names the file {str(missing)[:100]}, which did not come.") from None
