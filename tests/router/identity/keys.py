"""Issuers of tokens for tests."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from hanse_router.identity.subgraph_tokens import RouterKey

NOW = int(time.time())
LIFETIME = 86_400  # seconds: longer than all tests take together
CLAIMS: dict[str, Any] = {
    "iss": "hanse-users",
    "aud": "hanse",
    "sub": "u1",
    "sid": "s1",
    "roles": ["user"],
    "scope": "read:email write",
    "exp": NOW + LIFETIME,
}


def issuer_settings(name: str = "hanse-users", **settings: Any) -> dict[str, Any]:
    """The settings of an issuer whose keys tests give."""
    return {"issuer": name, "jwks_url": "file:///none", "audiences": ["hanse"], **settings}


class Issuer:
    """Signs tokens with a key of its own, and publishes it."""

    def __init__(self, folder: Path, name: str = "issuer") -> None:
        self.key = RouterKey.open(folder / f"{name}.json", folder / f"{name}-jwks.json")

    def token(self, **claims: Any) -> str:
        """A token with the usual claims, and these; None takes a claim away."""
        merged = {**CLAIMS, **claims}
        return self.key.sign({name: value for name, value in merged.items() if value is not None})

    def bearer(self, **claims: Any) -> str:
        """The value of the header."""
        return f"Bearer {self.token(**claims)}"


class Published:
    """A JWKS whose content tests change; counts how often it is read."""

    def __init__(self, *documents: bytes, shared_as: str | None = None) -> None:
        self.shared_as = shared_as
        self.documents = list(documents)
        self.reads = 0
        self.away = False

    async def load(self) -> bytes:
        self.reads += 1
        if self.away:
            raise OSError("away")
        keys = [key for document in self.documents for key in orjson.loads(document)["keys"]]
        return orjson.dumps({"keys": keys})


def other_algorithms() -> list[tuple[str, Any, dict[str, Any]]]:
    """RS256 and ES256: the algorithm, the private key, the public JWK."""
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    ec_key = ec.generate_private_key(ec.SECP256R1())
    made: list[tuple[str, Any, dict[str, Any]]] = []
    algorithms: list[tuple[str, Any, Any]] = [
        ("RS256", rsa_key, jwt.algorithms.RSAAlgorithm),
        ("ES256", ec_key, jwt.algorithms.ECAlgorithm),
    ]
    for name, key, algorithm in algorithms:
        jwk = algorithm.to_jwk(key.public_key(), as_dict=True)
        made.append((name, key, {**jwk, "kid": name, "alg": name, "use": "sig"}))
    return made
