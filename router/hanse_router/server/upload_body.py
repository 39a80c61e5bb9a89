"""A request with files, read from a form (GraphQL multipart request)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from hanse_router.errors import (
    BodyTooLarge,
    InvalidRequest,
    UploadFileMissing,
    UploadMalformed,
    UploadTooLarge,
    UploadTooManyFiles,
)
from hanse_router.request import GraphQLRequest
from hanse_router.server.asgi import ClientGone, Receive
from hanse_router.server.body import decode_body
from hanse_router.settings import UploadSettings
from hanse_router.uploads import UploadRequest
from hanse_wire.multipart_request import (
    FieldTooLarge,
    FileMissing,
    FileTooLarge,
    FormError,
    FormLimits,
    MultipartReader,
    TooManyFiles,
)


async def read_upload(
    receive: Receive, content_type: str, declared: str | None, settings: UploadSettings, max_body: int
) -> UploadRequest:
    """The request in a form; the caller closes its files. Raises InvalidRequest, ClientGone.

    `declared` is the value of the header `content-length`.
    """
    limits = FormLimits(max_body, settings.max_file_bytes, settings.max_files)
    operations = _Operations()
    reader = MultipartReader(limits, operations.decode)
    try:
        if declared is not None and declared.isascii() and declared.isdigit():
            limits.check_form_size(int(declared))
        await reader.read(_chunks(receive), content_type)
    except FormError as error:
        await reader.close()
        raise _refusal(error, limits) from error
    except BaseException:
        await reader.close()
        raise
    return UploadRequest(**msgspec.structs.asdict(operations.request), files=tuple(reader.files.values()))


class _Operations:
    """The field `operations`, decoded."""

    request: GraphQLRequest

    def decode(self, body: bytes) -> dict[str, Any] | None:
        """The variables of the request. Raises InvalidRequest."""
        self.request = decode_body(body)
        return self.request.variables


def _refusal(error: FormError, limits: FormLimits) -> InvalidRequest:
    match error:
        case FieldTooLarge():
            return BodyTooLarge(limits.max_field_bytes)
        case FileTooLarge():
            return UploadTooLarge(limits.max_file_bytes)
        case TooManyFiles():
            return UploadTooManyFiles(limits.max_files)
        case FileMissing():
            return UploadFileMissing(str(error))
        case _:
            return UploadMalformed(str(error))


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        if chunk := message.get("body", b""):
            yield chunk
        if not message.get("more_body"):
            return
