"""A request with files as multipart/form-data.

Specification: GraphQL multipart request, https://github.com/jaydenseric/graphql-multipart-request-spec
"""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator

import orjson

from hanse_router.transports.protocol import File, SubgraphRequest

_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_UNSAFE = {ord('"'): "%22", ord("\r"): "%0D", ord("\n"): "%0A"}  # as browsers write a file's name


class MultipartRequest:
    """The form: the operation, the paths of its files, and each file once."""

    def __init__(self, request: SubgraphRequest) -> None:
        paths: dict[int, list[str]] = {}
        files: dict[int, File] = {}
        for path, file in request.files:
            paths.setdefault(id(file), []).append(path)
            files[id(file)] = file
        boundary = secrets.token_hex(16)
        mark = f"--{boundary}\r\n".encode()
        paths_by_part = orjson.dumps({str(number): found for number, found in enumerate(paths.values())})
        first = _field(mark, "operations", request.body) + _field(mark, "map", paths_by_part)
        self._parts = [(_head(mark, str(number), file), file) for number, file in enumerate(files.values())]
        self._first = first
        self._last = f"--{boundary}--\r\n".encode()
        length = len(first) + sum(len(head) + file.size + 2 for head, file in self._parts) + len(self._last)
        self.headers = {
            "content-type": f"multipart/form-data; boundary={boundary}",
            "content-length": str(length),
            "apollo-require-preflight": "true",  # some servers refuse forms without it, as this router does
        }

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body; files are read while it is sent."""
        yield self._first
        for head, file in self._parts:
            yield head
            async for chunk in file.chunks():
                yield chunk
            yield b"\r\n"
        yield self._last


def _field(mark: bytes, name: str, value: bytes) -> bytes:
    return b'%bcontent-disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (mark, name.encode(), value)


def _head(mark: bytes, name: str, file: File) -> bytes:
    content_type = file.content_type if _MEDIA_TYPE.fullmatch(file.content_type) else "application/octet-stream"
    disposition = f'name="{name}"; filename="{file.name.translate(_UNSAFE)}"'
    return mark + f"content-disposition: form-data; {disposition}\r\ncontent-type: {content_type}\r\n\r\n".encode()
