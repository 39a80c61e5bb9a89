"""The caller's identity for subgraphs: the router's own short-lived tokens, signed with Ed25519 (RFC 8037).

Each token is for one subgraph (`aud`) and carries the caller's claims. Subgraphs accept no other tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from time import time
from typing import Any

from hanse_router.request import RequestContext
from hanse_router.settings_identity import IdentitySettings
from hanse_wire.json_codec import decode_json, encode_json
from hanse_wire.key_files import read_or_create, write_if_changed
from hanse_wire.lru_cache import LruCache
from hanse_wire.settings import SettingsError
from hanse_wire.signing_keys import SigningKey, new_jwk, public_jwks

CallerTokens = dict[str, tuple[float, Mapping[str, str]]]  # by subgraph: when to sign another one, and the header


class RouterKey(SigningKey):
    """The router's private key (a JWK in a file), and the JWKS with its public part."""

    def __init__(self, jwk: Mapping[str, str]) -> None:
        super().__init__(jwk)
        self.public_jwks = public_jwks([jwk])

    @classmethod
    def open(cls, path: Path, jwks_path: Path | None = None) -> RouterKey:
        """The key in the file, created with mode 0600 where it is missing; its JWKS is written to `jwks_path`.

        `jwks_path` defaults to `router-jwks.json` beside the key. Raises SettingsError.
        """
        try:
            key = cls(decode_json(read_or_create(path, lambda: encode_json(new_jwk()))))
            write_if_changed(jwks_path or path.with_name("router-jwks.json"), key.public_jwks)
        except OSError as error:
            raise SettingsError(
                f"setting identity.key_file: cannot use {error.filename or path}: {error.strerror}; "
                "name a file in a folder that is writable"
            ) from error
        except (ValueError, TypeError) as error:
            raise SettingsError(
                f"setting identity.key_file: {path} holds no key: restore it, or delete it to create a new key"
            ) from error
        return key


Caller = tuple[tuple[object, ...], str | None, str | None]  # claims, address, user agent
TOKENS_OF_CALLER = 8  # subgraphs that one caller uses, about
BYTES_WITHOUT_CLAIMS = 600  # of a token with its header


def _weight(caller: Caller, tokens: CallerTokens) -> int:
    """The size of a caller's tokens in bytes, about: their claims and user agent, in the key and in each token."""
    claims, _, user_agent = caller
    given = sum(len(str(claim)) for claim in claims) + len(user_agent or "")
    return given + TOKENS_OF_CALLER * (BYTES_WITHOUT_CLAIMS + given * 4 // 3)


class SubgraphTokens:
    """Signs and caches the tokens: one per caller and subgraph, used for half of its lifetime."""

    def __init__(self, key: RouterKey, settings: IdentitySettings, clock: Callable[[], float] = time) -> None:
        self._clock = clock
        self._key = key
        self._settings = settings
        self._callers: LruCache[Caller, CallerTokens] = LruCache(
            settings.cache_size, weigh=_weight, max_weight=settings.cache_bytes
        )

    @property
    def cached(self) -> int:
        """The number of callers whose tokens are cached."""
        return len(self._callers)

    def of_caller(self, context: RequestContext) -> CallerTokens:
        """The caller's tokens signed so far, by subgraph."""
        key: Caller = (context.principal.key, context.client_ip, context.user_agent)
        tokens = self._callers.get(key)
        if tokens is None:
            now = self._clock()
            self._callers.drop_oldest(lambda made: all(until <= now for until, _ in made.values()))
            tokens = {}
            self._callers.put(key, tokens)
        return tokens

    def headers(self, subgraph: str, context: RequestContext, tokens: CallerTokens) -> Mapping[str, str]:
        """The header with the caller's token for the subgraph. The mapping is shared: do not change it.

        `tokens` are the caller's, from `of_caller`; a new token is added to them.
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
