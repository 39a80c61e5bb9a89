"""Signatures of supergraphs: a registry signs what it serves, a router with the public keys refuses everything else.

A signature is a compact JWS (RFC 7515, EdDSA by RFC 8037) in the header `X-Hanse-Signature`. Its payload is a
SupergraphClaims as JSON: it names the graph, the variant, the branch and the version, and holds the SHA-256 of the
supergraph's bytes. `iat` orders signatures: see docs/how-to/registry-and-routers.md.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, ClassVar

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from hanse_wire.json_codec import decode_json, encode_json
from hanse_wire.jwks import parse_jwks
from hanse_wire.key_files import read_or_create, write_if_changed
from hanse_wire.signing_keys import ALGORITHM, SigningKey, key_id_of, new_jwk, public_jwks

SIGNATURE_HEADER = "X-Hanse-Signature"
VERSION_HEADER = "X-Hanse-Version"
MAX_SIGNATURE_CHARACTERS = 4_096
MAX_KEYS_BYTES = 1_000_000
_PEM_START = b"-----BEGIN "
_PEM_END = b"-----END PUBLIC KEY-----"
_KEY_TYPE = "OKP"
_signatures = jwt.PyJWS()

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class SupergraphClaims(msgspec.Struct, frozen=True, kw_only=True):
    """What a signature says of a supergraph. `iat` is when it was signed, in whole seconds since the epoch."""

    graph: _Name
    variant: _Name
    branch: _Name | None = None
    version: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    iat: Annotated[int, msgspec.Meta(ge=0, le=2**53)]

    @property
    def line(self) -> str:
        """The graph, variant and branch that it names, for messages."""
        branch = f", branch {self.branch}" if self.branch is not None else ""
        return f"graph {self.graph}, variant {self.variant}{branch}"


_decode_claims = msgspec.json.Decoder(SupergraphClaims).decode


class SignatureError(Exception):
    """A supergraph is not accepted. The message says why, in one line."""

    code: ClassVar[str] = "SIGNATURE_INVALID"


class SignatureMissing(SignatureError):
    """There is no signature."""

    code = "SIGNATURE_MISSING"


class SignatureMalformed(SignatureError):
    """The signature is not a JWS of this form."""

    code = "SIGNATURE_MALFORMED"


class SignatureOfUnknownKey(SignatureError):
    """No accepted public key has the signature's key id."""

    code = "SIGNATURE_KEY_UNKNOWN"


class SignatureForged(SignatureError):
    """The key named by the signature did not make it."""

    code = "SIGNATURE_FORGED"


class DocumentAltered(SignatureError):
    """The supergraph is not the one that was signed."""

    code = "SUPERGRAPH_ALTERED"


class PublicKeysError(ValueError):
    """A file holds no public keys. The message is one line for users."""


class PublicKeys:
    """The public Ed25519 keys that a router accepts, by key id. Several of them let keys be rotated."""

    def __init__(self, keys: Mapping[str, Ed25519PublicKey]) -> None:
        self._keys = dict(keys)

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The key ids, in alphabetical order."""
        return tuple(sorted(self._keys))

    def get(self, key_id: str) -> Ed25519PublicKey | None:
        """The key with the id, None where it is not accepted."""
        return self._keys.get(key_id)

    @classmethod
    def parse(cls, document: bytes) -> PublicKeys:
        """The keys of a JWK set, of a single JWK, or of PEM blocks one after another. Raises PublicKeysError.

        The id of a key in PEM is the start of its thumbprint (RFC 7638), as `new_jwk` makes it.
        """
        keys = _parse_pem(document) if document.lstrip().startswith(_PEM_START) else _parse_jwks(document)
        if not keys:
            raise PublicKeysError("it holds no public Ed25519 key")
        return cls(keys)

    @classmethod
    def load(cls, path: Path) -> PublicKeys:
        """The keys in a file. Raises PublicKeysError, OSError."""
        with path.open("rb") as file:
            document = file.read(MAX_KEYS_BYTES + 1)
        if len(document) > MAX_KEYS_BYTES:
            raise PublicKeysError(f"it is larger than {MAX_KEYS_BYTES} bytes")
        return cls.parse(document)


def open_signing_key(path: Path, public_path: Path | None = None) -> SigningKey:
    """The registry's private key in a file (a JWK), created with mode 0600 where it is missing.

    The JWK set with its public part is written to `public_path`, by default `NAME.public.json` beside the private key;
    keys of other ids that are in that file stay in it. Raises OSError, and ValueError where the file holds no key.
    """
    private = decode_json(read_or_create(path, lambda: encode_json(new_jwk())))
    key = SigningKey(private)
    target = public_path or path.with_name(f"{path.stem}.public.json")
    write_if_changed(target, public_jwks([private, *_other_keys(target, key.key_id)]))
    return key


def digest(document: bytes) -> str:
    """The SHA-256 of a supergraph's bytes, in hexadecimal digits."""
    return hashlib.sha256(document).hexdigest()


def sign(key: SigningKey, claims: SupergraphClaims) -> str:
    """The signature: a compact JWS with the key's id in its header."""
    headers = {"kid": key.key_id, "typ": None}
    return _signatures.encode(encode_json(claims), key.private_key, algorithm=ALGORITHM, headers=headers)


def verify(signature: str | None, document: bytes, keys: PublicKeys) -> SupergraphClaims:
    """What a signature says of the supergraph whose bytes these are. Raises SignatureError.

    The caller compares graph, variant, branch, version and time with what it asked for.
    """
    if not signature:
        raise SignatureMissing(f"it has no signature (header {SIGNATURE_HEADER}), and supergraph.public_keys is set")
    claims = _decode_claims_of(signature, _key(signature, keys))
    if not hmac.compare_digest(claims.sha256, digest(document)):
        raise DocumentAltered(f"its content is not what was signed as version {claims.version} of {claims.line}")
    return claims


def _key(signature: str, keys: PublicKeys) -> Ed25519PublicKey:
    """The accepted key that a signature's header names. Raises SignatureError."""
    if len(signature) > MAX_SIGNATURE_CHARACTERS:
        raise SignatureMalformed(f"its signature is longer than {MAX_SIGNATURE_CHARACTERS} characters")
    try:
        header = _signatures.get_unverified_header(signature)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise SignatureMalformed("its signature is not a compact JWS") from error
    if header.get("alg") != ALGORITHM:
        raise SignatureMalformed(f"the algorithm of its signature is not {ALGORITHM}")
    key_id = header.get("kid")
    key = keys.get(key_id) if isinstance(key_id, str) else None
    if key is None:
        known = ", ".join(keys.key_ids)
        raise SignatureOfUnknownKey(f"it is signed with the key {str(key_id)[:80]!r}; accepted: {known}")
    return key


def _decode_claims_of(signature: str, key: Ed25519PublicKey) -> SupergraphClaims:
    try:
        payload: bytes = _signatures.decode_complete(signature, key, algorithms=[ALGORITHM])["payload"]
    except jwt.InvalidSignatureError as error:
        raise SignatureForged("its signature does not fit the public key that it names") from error
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise SignatureMalformed("its signature is not a compact JWS") from error
    try:
        return _decode_claims(payload)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise SignatureMalformed(f"the payload of its signature is not understood: {error}") from error


def _parse_jwks(document: bytes) -> dict[str, Ed25519PublicKey]:
    try:
        found = decode_json(document)
        if isinstance(found, dict) and "keys" not in found:
            document = encode_json({"keys": [found]})
        keys = parse_jwks(document)
    except ValueError as error:
        raise PublicKeysError(f"it holds neither a JWK set nor public keys in PEM: {error}") from error
    public = ((name, key.key) for name, key in keys.items() if key.key_type == _KEY_TYPE)
    return {name: key for name, key in public if name and isinstance(key, Ed25519PublicKey)}


def _parse_pem(document: bytes) -> dict[str, Ed25519PublicKey]:
    keys: dict[str, Ed25519PublicKey] = {}
    *blocks, rest = document.split(_PEM_END)
    if rest.strip():
        raise PublicKeysError("it holds something else than public keys in PEM")
    for block in blocks:
        try:
            key = load_pem_public_key(block + _PEM_END)
        except ValueError as error:
            raise PublicKeysError(f"it holds a PEM block that is not a public key: {error}") from error
        if not isinstance(key, Ed25519PublicKey):
            raise PublicKeysError("it holds a public key that is not an Ed25519 key")
        keys[key_id_of(key)] = key
    return keys


def _other_keys(path: Path, key_id: str) -> Iterable[Mapping[str, str]]:
    """The keys of a JWK set in a file but this one: earlier keys, whose signatures routers still accept."""
    try:
        kept = decode_json(path.read_bytes())["keys"]
        return [key for key in kept if key.get("kid") != key_id]
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return []
