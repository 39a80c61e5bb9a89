"""A request with files, read from a form: `operations`, then `map`, then each file into a temporary file.

Specification: GraphQL multipart request, https://github.com/jaydenseric/graphql-multipart-request-spec
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from hanse_router.errors import BodyTooLarge, UploadFileMissing, UploadMalformed, UploadTooLarge, UploadTooManyFiles
from hanse_router.request import GraphQLRequest
from hanse_router.server.asgi import ClientGone, Receive
from hanse_router.server.body import decode_body
from hanse_router.settings import UploadSettings
from hanse_router.spool import SpooledFile
from hanse_router.uploads import UploadRequest

FORM = "multipart/form-data"
_BESIDE = 64 * 1024  # bytes of a form besides what its fields hold
_OTHER_FIELDS = 10  # fields that are not for us
_decode_map = msgspec.json.Decoder(dict[str, list[str]]).decode


def is_form(content_type: str | None) -> bool:
    """Whether a body of that type is a form."""
    return content_type is not None and content_type.partition(";")[0].strip().lower() == FORM


async def read_upload(
    receive: Receive, content_type: str, declared: str | None, settings: UploadSettings, max_body: int
) -> UploadRequest:
    """The request in a form; its files are the caller's to close. Raises InvalidRequest, ClientGone."""
    most = 2 * max_body + settings.max_files * settings.max_file_bytes + _BESIDE
    if declared is not None and declared.isascii() and declared.isdigit() and int(declared) > most:
        raise UploadTooLarge(settings.max_file_bytes)
    form = _Form(settings, max_body)
    try:
        with _parser(content_type, settings) as parser:
            received = 0
            async for chunk in _chunks(receive):
                received += len(chunk)
                if received > most:
                    raise UploadTooLarge(settings.max_file_bytes)
                for part in parser.parse(chunk):
                    await form.take(part)
        return form.request()
    except MultipartError as error:
        await form.close()
        raise UploadMalformed(f"The body is not a well-formed form: {error}.") from error
    except BaseException:
        await form.close()
        raise


def _parser(content_type: str, settings: UploadSettings) -> PushMultipartParser:
    boundary = parse_options_header(content_type)[1].get("boundary", "")
    if not boundary.isascii() or not boundary:
        raise UploadMalformed("The form's content-type names no boundary.")
    return PushMultipartParser(boundary, max_segment_count=settings.max_files + _OTHER_FIELDS)


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        if chunk := message.get("body", b""):
            yield chunk
        if not message.get("more_body"):
            return


class _Form:
    """What has come of a form."""

    def __init__(self, settings: UploadSettings, max_body: int) -> None:
        self._settings = settings
        self._max_body = max_body
        self._request: GraphQLRequest | None = None
        self._mapped: dict[str, SpooledFile] | None = None  # by field name
        self._missing: set[str] = set()
        self._field: MultipartSegment | None = None
        self._text = bytearray()  # of `operations` and of `map`
        self._file: SpooledFile | None = None
        self._count = 0

    async def take(self, part: MultipartSegment | bytes | None) -> None:
        """Take an event of the parser's: a field begins, some of its content, its end."""
        if part is None:
            await self._end()
        elif isinstance(part, MultipartSegment):
            self._begin(part)
        else:
            await self._content(part)

    def request(self) -> UploadRequest:
        """The request, now that the form is whole."""
        if self._request is None or self._mapped is None:
            raise UploadMalformed("The form needs the fields `operations` and `map`, in this order, before its files.")
        if self._missing:
            raise UploadFileMissing(f"`map` names files that did not come: {', '.join(sorted(self._missing))[:200]}.")
        files = tuple(self._mapped.values())
        return UploadRequest(**msgspec.structs.asdict(self._request), files=files)

    async def close(self) -> None:
        """Give up what has come."""
        for file in (self._mapped or {}).values():
            await file.close()

    def _begin(self, field: MultipartSegment) -> None:
        self._field, self._file = field, None
        self._text.clear()
        if self._mapped is not None:
            self._begin_file(field)

    def _begin_file(self, field: MultipartSegment) -> None:
        assert self._mapped is not None
        self._count += field.filename is not None
        if self._count > self._settings.max_files:
            raise UploadTooManyFiles(self._settings.max_files)
        if field.name not in self._mapped:
            return  # nobody asked for it
        if field.name not in self._missing:
            raise UploadMalformed(f"The file {field.name[:100]!r} came twice.")
        self._missing.discard(field.name)
        self._file = self._mapped[field.name]
        self._file.name = field.filename or "file"
        self._file.content_type = field.content_type or "application/octet-stream"

    async def _content(self, content: bytes) -> None:
        assert self._field is not None
        if self._mapped is None:
            self._text += content
            if len(self._text) > self._max_body:
                raise BodyTooLarge(self._max_body)
            return
        if self._field.bytes_received > self._settings.max_file_bytes:
            raise UploadTooLarge(self._settings.max_file_bytes)
        if self._file is not None:
            await self._file.write(content)

    async def _end(self) -> None:
        assert self._field is not None
        if self._request is None:
            self._expect("operations")
            self._request = decode_body(bytes(self._text))
        elif self._mapped is None:
            self._expect("map")
            self._mapped = self._placed(self._request)
        elif self._file is not None:
            await self._file.flush()

    def _expect(self, name: str) -> None:
        assert self._field is not None
        if self._field.name != name:
            raise UploadMalformed("The form's first fields must be `operations` and `map`, in this order.")

    def _placed(self, request: GraphQLRequest) -> dict[str, SpooledFile]:
        """Files to come, by field name, each where `map` wants it in the variables."""
        try:
            places = _decode_map(self._text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise UploadMalformed('`map` must be JSON such as {"0": ["variables.file"]}.') from error
        if len(places) > self._settings.max_files:
            raise UploadTooManyFiles(self._settings.max_files)
        files = {name: SpooledFile("file", "application/octet-stream") for name in places}
        for name, paths in places.items():
            for path in paths:
                _place(request, path, files[name])
        self._missing = set(files)
        return files


def _place(request: GraphQLRequest, path: str, file: SpooledFile) -> None:
    root, *steps = path.split(".")
    node: Any = request.variables
    try:
        if root != "variables" or not steps:
            raise KeyError
        for step in steps[:-1]:
            node = node[_key(node, step)]
        last = _key(node, steps[-1])
        taken = node[last] is not None
    except (LookupError, TypeError, ValueError):
        raise UploadMalformed(f"`map` has the path {path[:200]!r}, where the variables have no place.") from None
    if taken:
        raise UploadMalformed(f"`map` has the path {path[:200]!r}, where the variables are not null.")
    node[last] = file


def _key(node: Any, step: str) -> str | int:
    """How to look into an object or a list. Raises TypeError, ValueError."""
    if isinstance(node, dict):
        return step
    if isinstance(node, list) and step.isascii() and step.isdigit() and len(step) < 7:
        return int(step)
    raise TypeError
