"""The keys that sign access tokens: Ed25519, in a file that only its owner may read, published as a JWKS.

Specifications: RFC 7517 (JWK), RFC 8037 (Ed25519 in JWK), RFC 7638 (key ids by thumbprint).
"""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from hanse_subgraph.config import ConfigError

LIVING_KEYS = 2  # after a rotation the old key's tokens are good until they expire


class SigningKeys:
    """The keys in one file, the newest first: it signs, and all are published, here and in a file beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys: list[dict[str, str]] = []
        self._seen = 0  # the file's time when it was read
        self._private: Ed25519PrivateKey

    @property
    def public_file(self) -> Path:
        """Where the JWKS is written for the other parts of this machine."""
        return self._path.with_name(f"{self._path.stem.removesuffix('-signing')}-jwks.json")

    @property
    def ids(self) -> list[str]:
        """The living keys' ids, that of the signing one first."""
        return [key["kid"] for key in self._keys]

    def open(self) -> None:
        """Read the file; where there is none it is made, with one key and mode 0600. Raises ConfigError."""
        try:
            if not self._path.exists():
                _write(self._path, [_new_key()], replace=False)
            self._seen = self._path.stat().st_mtime_ns
            self._take(orjson.loads(self._path.read_bytes())["keys"])
            self._publish()
        except OSError as error:
            raise ConfigError(f"cannot use the signing keys {self._path}: {error.strerror}; mend its rights") from error
        except (ValueError, KeyError, IndexError, TypeError) as error:
            said = f"{self._path} holds no signing keys: restore it, or remove it to have a new one made"
            raise ConfigError(said) from error

    def rotate(self) -> None:
        """Sign with a new key from now on; the one before stays published, the oldest goes."""
        self.open()
        _write(self._path, [_new_key(), *self._keys][:LIVING_KEYS], replace=True)
        self.open()

    def sign(self, claims: dict[str, Any]) -> str:
        """The claims as a JWT, with the key's id in its header."""
        self._follow()
        return jwt.encode(claims, self._private, algorithm="EdDSA", headers={"kid": self._keys[0]["kid"]})

    def public_json(self) -> bytes:
        """The JWKS."""
        self._follow()
        return orjson.dumps({"keys": [{name: key[name] for name in key if name != "d"} for key in self._keys]})

    def _follow(self) -> None:
        """Read the file again where another process has rotated the keys."""
        if self._path.stat().st_mtime_ns != self._seen:
            self.open()

    def _take(self, keys: list[dict[str, str]]) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(_decode(keys[0]["d"]))
        self._keys = keys

    def _publish(self) -> None:
        if not self.public_file.exists() or self.public_file.read_bytes() != self.public_json():
            _write_whole(self.public_file, self.public_json(), replace=True)


def _new_key() -> dict[str, str]:
    private = Ed25519PrivateKey.generate()
    public = _encode(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
    thumbprint = hashlib.sha256(f'{{"crv":"Ed25519","kty":"OKP","x":"{public}"}}'.encode()).digest()
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "alg": "EdDSA",
        "use": "sig",
        "kid": _encode(thumbprint)[:16],
        "x": public,
        "d": _encode(private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())),
    }


def _write(path: Path, keys: list[dict[str, str]], *, replace: bool) -> None:
    _write_whole(path, orjson.dumps({"keys": keys}), replace=replace)


def _write_whole(path: Path, content: bytes, *, replace: bool) -> None:
    """Write the file whole or not at all; where another process made it first, theirs stands unless we replace it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent)  # made with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        if replace:
            os.replace(name, path)
        else:
            try:
                os.link(name, path)
            except FileExistsError:
                pass
    finally:
        Path(name).unlink(missing_ok=True)


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _decode(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
