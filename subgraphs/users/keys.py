"""The keys that sign access tokens: Ed25519 JWKs in a file of mode 0600, published as a JWKS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hanse_wire.json_codec import decode_json, encode_json
from hanse_wire.key_files import read_or_create, write_if_changed, write_key_file
from hanse_wire.settings import SettingsError
from hanse_wire.signing_keys import Jwk, SigningKey, new_jwk, public_jwks

MAX_KEYS = 2  # after a rotation, the tokens of the previous key stay valid until they expire


class SigningKeys:
    """The keys in one file, the newest first. The newest signs; all are published, also in a file beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys: list[Jwk] = []
        self._modified = 0  # modification time of the file when it was read, in ns
        self._signing: SigningKey

    @property
    def public_file(self) -> Path:
        """The file of the JWKS, for the other processes of this machine."""
        return self._path.with_name(f"{self._path.stem.removesuffix('-signing')}-jwks.json")

    @property
    def ids(self) -> list[str]:
        """The ids of the published keys; the first one signs."""
        return [key["kid"] for key in self._keys]

    def open(self) -> None:
        """Read the file; a missing one is created with one key. Publishes the JWKS. Raises SettingsError."""
        try:
            content = read_or_create(self._path, lambda: _encode([new_jwk()]))
            self._modified = self._path.stat().st_mtime_ns
            keys = decode_json(content)["keys"]
            self._signing = SigningKey(keys[0])
            self._keys = keys
            write_if_changed(self.public_file, public_jwks(keys))
        except OSError as error:
            raise SettingsError(
                f"cannot use the signing keys {self._path}: {error.strerror}; check the permissions"
            ) from error
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            raise SettingsError(
                f"{self._path} holds no signing keys: restore it, or delete it to create a new key"
            ) from error

    def rotate(self) -> None:
        """Sign with a new key. The previous key stays published, older ones do not. Raises SettingsError."""
        self.open()
        write_key_file(self._path, _encode([new_jwk(), *self._keys][:MAX_KEYS]))
        self.open()

    def sign(self, claims: dict[str, Any]) -> str:
        """The claims as a JWT, with the key's id in its header."""
        self._read_rotated()
        return self._signing.sign(claims)

    def public_json(self) -> bytes:
        """The JWKS."""
        self._read_rotated()
        return public_jwks(self._keys)

    def _read_rotated(self) -> None:
        """Read the file again if another process has rotated the keys."""
        if self._path.stat().st_mtime_ns != self._modified:
            self.open()


def _encode(keys: list[Jwk]) -> bytes:
    return encode_json({"keys": keys})
