"""A request with files, read from a form (GraphQL multipart request)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from typing import Any

import msgspec

from hanse_router.errors import (
    BodyTooLarge,
    RequestTimeout,
    RouterError,
    UploadFileMissing,
    UploadMalformed,
    UploadsBusy,
    UploadTooLarge,
    UploadTooManyFiles,
)
from hanse_router.request import GraphQLRequest
from hanse_router.server.asgi import ClientGone, Receive
from hanse_router.server.body import decode_body
from hanse_router.settings import UploadSettings
from hanse_router.uploads import UploadRequest
from hanse_wire.byte_budget import ByteBudget
from hanse_wire.multipart_request import (
    FieldTooLarge,
    FileMissing,
    FileTooLarge,
    FormError,
    FormLimits,
    MultipartReader,
    NoSpace,
    TooManyFiles,
)


class UploadReader:
    """Reads requests with files, within the settings."""

    def __init__(self, settings: UploadSettings, max_body: int) -> None:
        """`max_body` is the maximum size of the operation, in bytes."""
        self._limits = FormLimits(max_body, settings.max_file_bytes, settings.max_files)
        self._timeout = settings.timeout_seconds
        self._budget = ByteBudget(settings.max_temporary_bytes, settings.max_caller_bytes)

    @property
    def temporary_bytes(self) -> int:
        """The size of the files of all requests in flight."""
        return self._budget.taken

    async def read(self, receive: Receive, content_type: str, declared: str | None, caller: Hashable) -> UploadRequest:
        """The request in a form; the caller closes its files. Raises RouterError, ClientGone.

        `declared` is the value of the header `content-length`; `caller` is whose share of the space the files take.
        """
        operations = _Operations()
        share = self._budget.of(caller)
        reader = MultipartReader(self._limits, share, operations.decode)
        try:
            if declared is not None and declared.isascii() and declared.isdigit():
                self._limits.check_form_size(int(declared))
            async with asyncio.timeout(self._timeout):
                await reader.read(_chunks(receive), content_type)
        except FormError as error:
            await reader.close()
            raise _refusal(error, self._limits) from error
        except TimeoutError:
            await reader.close()
            raise RequestTimeout(self._timeout) from None
        except BaseException:
            await reader.close()
            raise
        return UploadRequest(
            **msgspec.structs.asdict(operations.request), files=tuple(reader.files.values()), share=share
        )


class _Operations:
    """The field `operations`, decoded."""

    request: GraphQLRequest

    def decode(self, body: bytes) -> dict[str, Any] | None:
        """The variables of the request. Raises InvalidRequest."""
        self.request = decode_body(body)
        return self.request.variables


def _refusal(error: FormError, limits: FormLimits) -> RouterError:
    match error:
        case FieldTooLarge():
            return BodyTooLarge(limits.max_field_bytes)
        case FileTooLarge():
            return UploadTooLarge(limits.max_file_bytes)
        case TooManyFiles():
            return UploadTooManyFiles(limits.max_files)
        case NoSpace():
            return UploadsBusy(str(error))
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
