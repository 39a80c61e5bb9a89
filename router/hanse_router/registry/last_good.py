"""The copy of the last supergraph on disk, with which a router starts while the registry is unavailable."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from pathlib import Path

import msgspec

from hanse_router.registry.client import Answer
from hanse_wire.json_codec import JSON_ERRORS, encode_json
from hanse_wire.key_files import write_key_file

log = logging.getLogger("hanse_router.registry")


class _Copy(msgspec.Struct, frozen=True):
    """The file, as JSON. The supergraph is text in it, so that its bytes are those that were signed."""

    url: str
    supergraph: str
    etag: str | None = None
    signature: str | None = None
    version: int | None = None


_decode = msgspec.json.Decoder(_Copy).decode


class LastGoodCopy:
    """One file for each URL: written whole, with mode 0600."""

    def __init__(self, folder: Path, url: str) -> None:
        self._url = url
        self.path = folder / f"{hashlib.sha256(url.encode()).hexdigest()[:24]}.json"

    async def read(self) -> Answer | None:
        """What was kept; None where there is nothing that can be read. It has to be verified again."""
        try:
            copy = _decode(await asyncio.to_thread(self.path.read_bytes))
        except FileNotFoundError:
            return None
        except (OSError, *JSON_ERRORS) as error:
            log.error("the copy of the supergraph in %s cannot be read: %s", self.path, error)
            return None
        if copy.url != self._url:
            return None
        return Answer(copy.supergraph.encode(), copy.etag, copy.signature, copy.version)

    async def write(self, answer: Answer) -> None:
        """Replace the copy. A failure is logged: the router serves all the same."""
        copy = _Copy(self._url, answer.content.decode(), answer.etag, answer.signature, answer.version)
        try:
            await asyncio.to_thread(write_key_file, self.path, encode_json(copy))
        except OSError as error:
            log.error("the supergraph cannot be kept in %s: %s", self.path, error)
