"""Private keys that sign tokens: Ed25519, as a JWK.

Specifications: RFC 7517 (JWK), RFC 8037 (Ed25519 in JWK), RFC 7638 (key ids from a thumbprint).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jwt.algorithms import OKPAlgorithm

from hanse_wire.json_codec import encode_json

ALGORITHM = "EdDSA"
_PRIVATE_MEMBERS = frozenset({"d"})
_KEY_ID_CHARACTERS = 16

Jwk = dict[str, str]


def new_jwk() -> Jwk:
    """A new private key. Its id is the start of its thumbprint."""
    private = Ed25519PrivateKey.generate()
    jwk = OKPAlgorithm.to_jwk(private, as_dict=True)
    return {**jwk, "alg": ALGORITHM, "use": "sig", "kid": key_id_of(private.public_key())}


def key_id_of(key: Ed25519PublicKey) -> str:
    """The start of a key's thumbprint."""
    required = '{{"crv":"{crv}","kty":"{kty}","x":"{x}"}}'.format(**OKPAlgorithm.to_jwk(key, as_dict=True))
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(required.encode()).digest()).decode()
    return thumbprint[:_KEY_ID_CHARACTERS]


def public_jwks(keys: Iterable[Mapping[str, str]]) -> bytes:
    """The JWKS with the public part of each key, as JSON."""
    public = [{name: value for name, value in key.items() if name not in _PRIVATE_MEMBERS} for key in keys]
    return encode_json({"keys": public})


class SigningKey:
    """One private key."""

    def __init__(self, jwk: Mapping[str, str]) -> None:
        """Raises ValueError where the JWK is not a private Ed25519 key with an id."""
        try:
            private = OKPAlgorithm.from_jwk(dict(jwk))
            self.key_id = jwk["kid"]
        except (jwt.PyJWTError, KeyError, TypeError) as error:
            raise ValueError(f"not a JWK of a signing key: {error}") from error
        if not isinstance(private, Ed25519PrivateKey):
            raise ValueError("not a private Ed25519 key")
        self.private_key = private

    def sign(self, claims: dict[str, Any]) -> str:
        """The claims as a JWT, with the key's id in its header."""
        return jwt.encode(claims, self.private_key, algorithm=ALGORITHM, headers={"kid": self.key_id})
