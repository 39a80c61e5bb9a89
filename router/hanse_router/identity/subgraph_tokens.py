"""Who calls, told to subgraphs: the router's own short-lived tokens, signed with Ed25519 (RFC 8037).

Each token is for one subgraph (`aud`) and carries the caller's claims. Subgraphs accept these tokens only.
"""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from time import time
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from hanse_router.cache import LruCache
from hanse_router.request import RequestContext
from hanse_router.settings import IdentitySettings
from hanse_wire.settings import SettingsError

CallerTokens = dict[str, tuple[float, Mapping[str, str]]]  # by subgraph: when to make another, and the header


class SigningKey:
    """The router's private key in a file (a JWK), its public one published as a JWKS."""

    def __init__(self, jwk: Mapping[str, str]) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(_decode(jwk["d"]))
        self.key_id = jwk["kid"]
        self.public_jwks = orjson.dumps({"keys": [{name: jwk[name] for name in jwk if name != "d"}]})

    @classmethod
    def open(cls, path: Path, jwks_path: Path | None = None) -> SigningKey:
        """The key in the file, made with mode 0600 where there is none; its JWKS is written to `jwks_path`.

        `jwks_path` defaults to `router-jwks.json` beside the key. Raises SettingsError.
        """
        try:
            if not path.exists():
                _write(path, orjson.dumps(_new_jwk()), replace=False)
            key = cls(orjson.loads(path.read_bytes()))
            published = jwks_path or path.with_name("router-jwks.json")
            if not published.exists() or published.read_bytes() != key.public_jwks:
                _write(published, key.public_jwks, replace=True)
        except OSError as error:
            raise SettingsError(
                f"setting identity.key_file: cannot use {error.filename or path}: {error.strerror}; "
                "give a file in a folder that can be written"
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise SettingsError(
                f"setting identity.key_file: {path} holds no key; restore it, or remove it to have a new one made"
            ) from error
        return key

    def sign(self, claims: dict[str, Any]) -> str:
        """The claims as a JWT with the key's id in its header."""
        return jwt.encode(claims, self._private, algorithm="EdDSA", headers={"kid": self.key_id})


class SubgraphTokens:
    """Makes and keeps the tokens: one per caller and subgraph, used for half of its life."""

    def __init__(self, key: SigningKey, settings: IdentitySettings, clock: Callable[[], float] = time) -> None:
        self._clock = clock
        self._key = key
        self._settings = settings
        self._callers: LruCache[tuple[object, ...], CallerTokens] = LruCache(settings.cache_size)

    def of_caller(self, context: RequestContext) -> CallerTokens:
        """The tokens made for the caller so far, by subgraph."""
        key = (context.principal.key, context.client_ip, context.user_agent)
        tokens = self._callers.get(key)
        if tokens is None:
            tokens = {}
            self._callers.put(key, tokens)
        return tokens

    def headers(self, subgraph: str, context: RequestContext, tokens: CallerTokens) -> Mapping[str, str]:
        """The header that carries the caller to the subgraph. The mapping is shared: do not change it.

        `tokens` are those of this caller; the one made is added to them.
        """
        made = tokens.get(subgraph)
        now = self._clock()
        if made is None or made[0] <= now:
            token = self._key.sign(self._claims(subgraph, context, int(now)))
            made = tokens[subgraph] = now + self._settings.token_seconds / 2, {"authorization": f"Bearer {token}"}
        return made[1]

    def _claims(self, subgraph: str, context: RequestContext, now: int) -> dict[str, Any]:
        principal = context.principal
        claims = {
            "iss": self._settings.issuer,
            "aud": subgraph,
            "iat": now,
            "exp": now + self._settings.token_seconds,
            "sub": principal.subject,
            "sid": principal.session_id,
            "roles": list(principal.roles),
            "scope": principal.scope,
            "client_ip": context.client_ip,
            "user_agent": context.user_agent,
        }
        return {name: value for name, value in claims.items() if value is not None}


def _new_jwk() -> dict[str, str]:
    private = Ed25519PrivateKey.generate()
    public = _encode(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
    thumbprint = hashlib.sha256(f'{{"crv":"Ed25519","kty":"OKP","x":"{public}"}}'.encode()).digest()  # RFC 7638
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "alg": "EdDSA",
        "use": "sig",
        "kid": _encode(thumbprint)[:16],
        "x": public,
        "d": _encode(private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())),
    }


def _write(path: Path, content: bytes, *, replace: bool) -> None:
    """Write the file whole or not at all, mode 0600; where another process made it first, theirs stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent)
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
