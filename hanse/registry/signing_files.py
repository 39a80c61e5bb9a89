"""The pair of keys that signs supergraphs: a private JWK for the registry, and a JWK set for routers."""

from __future__ import annotations

from pathlib import Path

from hanse_wire.command_line import CommandError
from hanse_wire.json_codec import decode_json
from hanse_wire.settings import SettingsError
from hanse_wire.signing_keys import SigningKey
from hanse_wire.supergraph_signature import open_signing_key


def create_signing_files(*, private: Path, public: Path) -> None:
    """Write a new private key with mode 0600, and add its public part to a JWK set. Raises CommandError."""
    try:
        open_signing_key(private, public)
        public.chmod(0o644)
    except OSError as error:
        raise CommandError(f"cannot write {error.filename or private}: {error.strerror}; give another file") from error


def read_signing_key(path: Path, setting: str) -> SigningKey:
    """The private key in a file. Raises SettingsError, which names the setting."""
    try:
        return SigningKey(decode_json(path.read_bytes()))
    except OSError as error:
        raise SettingsError(
            f"setting {setting}: cannot read {path}: {error.strerror}; "
            "create it with `hanse registry keys signing create`"
        ) from error
    except ValueError as error:
        raise SettingsError(f"setting {setting}: {path} holds no signing key: {error}") from error
