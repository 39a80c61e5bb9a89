"""The key of the chain: a file outside of the database. Without it, no valid hash can be computed."""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path

import msgspec

from hanse_wire.key_files import read_or_create
from hanse_wire.settings import SettingsError

KEY_BYTES = 32


class _Content(msgspec.Struct, frozen=True):
    key: bytes
    after: int


class ChainKey:
    """The key in a file. All replicas need the same one; it is created with the first keyed entry."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._content: _Content | None = None

    def open(self, position: int) -> None:
        """Read the file; where it is missing, create a key for the entries after `position`. Raises SettingsError."""
        if self._content is not None:
            return
        new = _Content(os.urandom(KEY_BYTES), position)
        try:
            found = read_or_create(self._path, lambda: msgspec.json.encode(new))
            self._content = msgspec.json.decode(found, type=_Content)
        except OSError as error:
            raise SettingsError(
                f"cannot use the key of the audit chain {self._path}: {error.strerror}; check the permissions"
            ) from error
        except msgspec.DecodeError as error:
            raise SettingsError(f"{self._path} holds no key of an audit chain: restore it from its backup") from error

    @property
    def after(self) -> int:
        """The last position whose entry may be of version 1. It is in the file, where writers of the table cannot."""
        assert self._content is not None
        return self._content.after

    def hmac(self, message: bytes) -> str:
        """The HMAC-SHA256 of a message, in hexadecimal digits."""
        assert self._content is not None
        return hmac.new(self._content.key, message, hashlib.sha256).hexdigest()

    def anchor_mac(self, position: int, digest: str) -> str:
        """The HMAC of an anchor."""
        return self.hmac(f"anchor {position} {digest}".encode())
