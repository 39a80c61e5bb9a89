"""Signed URLs: who holds one may make one request, on one object, until it expires.

The signature is HMAC-SHA256 over method, key and every parameter, so that none of them can be changed.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

from hanse_wire.key_files import read_or_create
from hanse_wire.settings import SettingsError

SECRET_BYTES = 32


class WrongSignature(Exception):
    """The URL was never signed here, was changed, or has expired."""


def sign(secret: bytes, method: str, key: str, parameters: Mapping[str, str], expires: datetime) -> str:
    """The query of a signed URL, with its parameters and expiry."""
    full = {**parameters, "expires": str(int(expires.timestamp()))}
    return urlencode({**full, "signature": _signature(secret, method, key, full)})


def verify(secret: bytes, method: str, key: str, query: Mapping[str, str], now: datetime) -> dict[str, str]:
    """What the query of a signed URL says. Raises WrongSignature."""
    parameters = {name: value for name, value in query.items() if name != "signature"}
    given = query.get("signature", "").encode()
    if not hmac.compare_digest(_signature(secret, method, key, parameters).encode(), given):
        raise WrongSignature("This link is not valid.")
    if int(parameters["expires"]) <= now.timestamp():
        raise WrongSignature("This link has expired.")
    return parameters


def _signature(secret: bytes, method: str, key: str, parameters: Mapping[str, str]) -> str:
    signed = urlencode([("method", method), ("key", key), *sorted(parameters.items())])
    return hmac.new(secret, signed.encode(), hashlib.sha256).hexdigest()


class Secret:
    """The secret in a file that only its owner may read; nothing is read or made before `open`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._value = b""

    @property
    def value(self) -> bytes:
        """The secret itself, once it is open."""
        assert self._value
        return self._value

    def open(self) -> None:
        """Read the file, created with mode 0600 where it is missing. Raises SettingsError."""
        try:
            self._value = read_or_create(self._path, lambda: os.urandom(SECRET_BYTES))
        except OSError as error:
            raise SettingsError(
                f"cannot use the signing secret {self._path}: {error.strerror}; check the permissions"
            ) from error
        if len(self._value) < SECRET_BYTES:
            raise SettingsError(
                f"{self._path} holds no signing secret: restore it, or delete it to create a new secret"
            )
