"""The pair of keys that signs supergraphs: a private JWK for the registry, and a JWK set for routers."""

from __future__ import annotations

from pathlib import Path

from hanse_wire.command_line import CommandError
from hanse_wire.json_codec import encode_json
from hanse_wire.key_files import write_key_file
from hanse_wire.signing_keys import new_jwk, public_jwks


def create_signing_files(*, private: Path, public: Path) -> None:
    """Write both files; the private one with mode 0600. Raises CommandError when one cannot be written."""
    jwk = new_jwk()
    try:
        write_key_file(private, encode_json(jwk))
        write_key_file(public, public_jwks([jwk]))
        public.chmod(0o644)
    except OSError as error:
        raise CommandError(f"cannot write {error.filename or private}: {error.strerror}; give another file") from error
