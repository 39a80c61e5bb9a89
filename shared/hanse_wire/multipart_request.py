"""GraphQL multipart requests: a form with the field `operations`, then `map`, then the files.

Specification: https://github.com/jaydenseric/graphql-multipart-request-spec
Everything in a form is bounded by FormLimits. Files go into temporary files as they arrive.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import msgspec
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from hanse_wire.byte_budget import BudgetExceeded, ByteShare
from hanse_wire.spooled_file import SpooledFile

MEDIA_TYPE = "multipart/form-data"
_OVERHEAD_BYTES = 64 * 1024  # boundaries and headers of a form's fields, in total
_MAX_OTHER_FIELDS = 10  # fields that are no file of `map`, with `operations` and `map`
_MAX_PATHS = 1_000  # in `map`
_SHOWN_CHARACTERS = 200  # of the client's text in a message

FileMap = Mapping[str, Sequence[str]]
"""For each field of a file, the paths of the variables that are that file, such as `variables.input.files.0`."""
_INDEX = re.compile(r"0|[1-9][0-9]{0,5}")
Variables = dict[str, Any] | None
_decode_map = msgspec.json.Decoder(dict[str, list[str]]).decode


class FormError(ValueError):
    """The form is refused. The message is fit for clients."""


class MalformedForm(FormError):
    """The form is not a multipart request."""


class FieldTooLarge(FormError):
    """`operations` or `map` is too large."""


class FileTooLarge(FormError):
    """A file, or the whole form, is too large."""


class TooManyFiles(FormError):
    """The form or `map` has too many files."""


class NoSpace(FormError):
    """The files of all requests, or of this caller, take too much space now."""


class FileMissing(FormError):
    """`map` names a file that is not in the form."""


@dataclass(frozen=True, slots=True)
class FormLimits:
    """Maximum sizes. `max_field_bytes` is for `operations` and for `map`."""

    max_field_bytes: int
    max_file_bytes: int
    max_files: int

    @property
    def max_form_bytes(self) -> int:
        """The maximum size of the whole form, in bytes."""
        return 2 * self.max_field_bytes + self.max_files * self.max_file_bytes + _OVERHEAD_BYTES

    def check_form_size(self, size: int) -> None:
        """Raises FileTooLarge for a larger form."""
        if size > self.max_form_bytes:
            raise self.file_too_large()

    def file_too_large(self) -> FileTooLarge:
        """The error for a file that is too large."""
        return FileTooLarge(f"A file may have at most {self.max_file_bytes} bytes.")


def is_form(content_type: str | None) -> bool:
    """Whether a request with this content type is a form."""
    return content_type is not None and content_type.partition(";")[0].strip().lower() == MEDIA_TYPE


class _Stage(Enum):
    """The field that comes next."""

    OPERATIONS = "operations"
    MAP = "map"
    FILES = "files"


class MultipartReader:
    """Reads one form. `close` deletes its files, whether the form was read or refused."""

    def __init__(self, limits: FormLimits, share: ByteShare, decode: Callable[[bytes], Variables]) -> None:
        """`decode` gets the content of `operations` and returns the variables that the files are put into.

        It is called before any file is read, and may raise errors of its own. `share` is what the files may take.
        """
        self.map: FileMap = {}
        self._limits = limits
        self._share = share
        self._decode = decode
        self._stage = _Stage.OPERATIONS
        self._variables: Variables = None
        self._files: dict[str, SpooledFile] = {}  # by field name
        self._received: set[str] = set()  # field names of files
        self._field: MultipartSegment | None = None
        self._text = bytearray()  # of `operations` or `map`
        self._file: SpooledFile | None = None

    @property
    def files(self) -> Mapping[str, SpooledFile]:
        """The files that `map` names, by field name."""
        return self._files

    async def read(self, chunks: AsyncIterable[bytes], content_type: str) -> None:
        """Read the whole form, and put its files into the variables. Raises FormError."""
        size = 0
        try:
            with self._parser(content_type) as parser:
                async for chunk in chunks:
                    size += len(chunk)
                    self._limits.check_form_size(size)
                    for part in parser.parse(chunk) if chunk else ():
                        await self._take(part)
        except MultipartError as error:
            raise MalformedForm(f"The body is not a well-formed form: {error}.") from error
        self._check_complete()

    async def close(self) -> None:
        """Delete the files."""
        for file in self._files.values():
            await file.close()
        self._share.close()

    def _parser(self, content_type: str) -> PushMultipartParser:
        boundary = parse_options_header(content_type)[1].get("boundary", "")
        if not boundary or not boundary.isascii():
            raise MalformedForm("The content type of the form has no boundary.")
        return PushMultipartParser(boundary, max_segment_count=self._limits.max_files + _MAX_OTHER_FIELDS)

    async def _take(self, part: MultipartSegment | bytes | None) -> None:
        """Handle an event of the parser: the start of a field, some of its content, its end."""
        if isinstance(part, MultipartSegment):
            self._field, self._file = part, None
            self._text.clear()
            if self._stage is _Stage.FILES:
                self._start_file(part)
        elif part is not None:
            await self._append(part)
        elif self._stage is not _Stage.FILES:
            self._end_text()
        elif self._file is not None:
            await self._file.flush()

    async def _append(self, content: bytes) -> None:
        assert self._field is not None
        if self._stage is not _Stage.FILES:
            self._text += content
            if len(self._text) > self._limits.max_field_bytes:
                raise FieldTooLarge(f"The body is larger than {self._limits.max_field_bytes} bytes.")
        elif self._field.bytes_received > self._limits.max_file_bytes:
            raise self._limits.file_too_large()
        elif self._file is not None:
            self._take_space(len(content))
            await self._file.write(content)

    def _take_space(self, size: int) -> None:
        try:
            self._share.take(size)
        except BudgetExceeded:
            raise NoSpace("Too many files are being received: send them again later.") from None

    def _end_text(self) -> None:
        assert self._field is not None
        if self._field.name != self._stage.value:
            raise MalformedForm("The form's first fields must be `operations` and `map`, in this order.")
        if self._stage is _Stage.OPERATIONS:
            self._variables = self._decode(bytes(self._text))
            self._stage = _Stage.MAP
        else:
            self._place_files()
            self._stage = _Stage.FILES

    def _place_files(self) -> None:
        try:
            self.map = _decode_map(self._text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise MalformedForm('`map` must be JSON such as {"0": ["variables.file"]}.') from error
        if len(self.map) > self._limits.max_files:
            raise self._too_many_files()
        if sum(map(len, self.map.values())) > _MAX_PATHS:
            raise MalformedForm(f"`map` may have at most {_MAX_PATHS} paths.")
        self._files = {name: SpooledFile("file", "application/octet-stream") for name in self.map}
        for name, paths in self.map.items():
            for path in paths:
                place_file(self._variables, path, self._files[name])

    def _start_file(self, field: MultipartSegment) -> None:
        is_mapped = field.name in self._files
        if field.filename is None and not is_mapped:
            return
        if field.name in self._received:
            raise MalformedForm(f"The form has the file {field.name[:100]!r} twice.")
        self._received.add(field.name)
        if len(self._received) > self._limits.max_files:
            raise self._too_many_files()
        if is_mapped:  # other files are not stored
            self._file = self._files[field.name]
            self._file.name = field.filename or "file"
            self._file.content_type = field.content_type or "application/octet-stream"

    def _check_complete(self) -> None:
        if self._stage is not _Stage.FILES:
            raise MalformedForm("The form needs the fields `operations` and `map`, in this order, before its files.")
        if missing := sorted(self._files.keys() - self._received):
            names = ", ".join(missing)[:_SHOWN_CHARACTERS]
            raise FileMissing(f"`map` names files that are not in the form: {names}.")

    def _too_many_files(self) -> TooManyFiles:
        return TooManyFiles(f"A request may have at most {self._limits.max_files} files.")


def place_file(variables: Variables, path: str, file: object) -> None:
    """Replace the null at a path of the variables with a file. Raises MalformedForm where there is no null."""
    root, *steps = path.split(".")
    node: Any = variables
    try:
        if root != "variables" or not steps:
            raise KeyError
        for step in steps[:-1]:
            node = node[_key(node, step)]
        last = _key(node, steps[-1])
        is_null = node[last] is None
    except (LookupError, TypeError):
        raise MalformedForm(
            f"`map` has the path {path[:_SHOWN_CHARACTERS]!r}, which the variables do not have."
        ) from None
    if not is_null:
        raise MalformedForm(f"`map` has the path {path[:_SHOWN_CHARACTERS]!r}, where the variables are not null.")
    node[last] = file


def _key(node: Any, step: str) -> str | int:
    """The key of a step into an object or a list. Raises TypeError for any other value or index than 0, 1, 2, ..."""
    if isinstance(node, dict):
        return step
    if isinstance(node, list) and _INDEX.fullmatch(step):
        return int(step)
    raise TypeError
