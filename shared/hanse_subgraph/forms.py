"""GraphQL multipart requests over HTTP: the operation, and its files in temporary files."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Any

from hanse_subgraph.errors import ClientError, Unavailable
from hanse_subgraph.uploads import FileAt
from hanse_wire.byte_budget import ByteShare
from hanse_wire.json_codec import JsonError, decode_json
from hanse_wire.multipart_request import FieldTooLarge, FileTooLarge, FormError, FormLimits, MultipartReader, NoSpace

MAX_FILES = 1000  # the router has a lower limit of its own


class MalformedForm(ClientError):
    """The form is not a GraphQL multipart request."""


class FormTooLarge(ClientError):
    """The form, or a file in it, is too large."""

    code = "REQUEST_TOO_LARGE"


class Form:
    """One form. `close` deletes its files."""

    def __init__(self, *, max_body: int, max_file: int, share: ByteShare) -> None:
        """Sizes are in bytes; `max_body` is for `operations` and for `map`; `share` is what the files may take."""
        self.operations = b""
        self._reader = MultipartReader(FormLimits(max_body, max_file, MAX_FILES), share, self._decode)

    async def read(self, chunks: AsyncIterable[bytes], content_type: str) -> list[FileAt]:
        """The files, with their paths in the request. Raises MalformedForm, FormTooLarge, Unavailable."""
        try:
            await self._reader.read(chunks, content_type)
        except (FieldTooLarge, FileTooLarge) as error:
            raise FormTooLarge(str(error)) from error
        except NoSpace as error:
            raise Unavailable(str(error)) from error
        except (FormError, JsonError) as error:
            raise MalformedForm(str(error)) from error
        files = self._reader.files
        return [(path, files[name]) for name, paths in self._reader.map.items() for path in paths]

    async def close(self) -> None:
        """Delete the files."""
        await self._reader.close()

    def _decode(self, operations: bytes) -> dict[str, Any] | None:
        self.operations = operations
        request = decode_json(operations)
        variables = request.get("variables") if isinstance(request, dict) else None
        return variables if isinstance(variables, dict) else None
