"""Who calls: the router's short-lived tokens, verified by its public keys, and what they say."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jwt
import orjson

from hanse_subgraph.config import ConfigError
from hanse_subgraph.errors import Forbidden, Unauthenticated, Unavailable

ALGORITHMS = ["EdDSA"]
KNOWN_TOKENS = 10_000  # verified tokens kept, since verifying costs a tenth of a millisecond
REFRESH_SECONDS = 5.0  # an unknown key id asks for the keys again, at most this often
FETCH_SECONDS = 5.0
ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller as the router vouches for them; `user_id` is None for the anonymous."""

    user_id: str | None = None
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    session_id: str | None = None

    @property
    def is_admin(self) -> bool:
        """Whether the caller has the role admin."""
        return ADMIN in self.roles

    def require_user(self) -> str:
        """The caller's user id. Raises Unauthenticated for the anonymous."""
        if self.user_id is None:
            raise Unauthenticated
        return self.user_id

    def require_admin(self) -> str:
        """The caller's user id. Raises Unauthenticated for the anonymous, Forbidden for all but admins."""
        user_id = self.require_user()
        if not self.is_admin:
            raise Forbidden
        return user_id

    def require_scope(self, scope: str) -> str:
        """The caller's user id. Raises Unauthenticated for the anonymous, Forbidden without the scope."""
        user_id = self.require_user()
        if scope not in self.scopes:
            raise Forbidden
        return user_id

    def may_see(self, owner_id: str) -> bool:
        """Whether the caller is the owner, or an admin."""
        return self.is_admin or (self.user_id is not None and self.user_id == owner_id)


ANONYMOUS = Principal()


@dataclass(frozen=True, slots=True)
class Client:
    """Where the request came from, as the router saw it."""

    ip: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal and where they call from."""

    principal: Principal = ANONYMOUS
    client: Client = field(default_factory=Client)


class Keys:
    """Public keys by id, from a JWKS at a file:// or http(s):// URL; read when needed, and again for unknown ids."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: dict[str, jwt.PyJWK] = {}
        self._asked = 0.0
        self._lock = asyncio.Lock()
        if urlsplit(url).scheme not in ("file", "http", "https"):
            raise ConfigError(f"not a URL of public keys: {url!r}; take file://, http:// or https://")

    async def get(self, key_id: str) -> jwt.PyJWK | None:
        """The key, or None where the other side does not publish it. Raises Unavailable where that cannot be known."""
        if key_id not in self._keys:
            async with self._lock:
                if key_id not in self._keys and (not self._asked or time.monotonic() - self._asked > REFRESH_SECONDS):
                    await self._refresh()
        return self._keys.get(key_id)

    async def _refresh(self) -> None:
        try:
            published = orjson.loads(await self._read())["keys"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            # Not there yet, or away: nobody can say that the token is wrong, and the next caller asks again.
            raise Unavailable("The keys that tokens are verified by cannot be had just now; try again soon.") from error
        self._asked = time.monotonic()
        self._keys = {key["kid"]: jwt.PyJWK(key, "EdDSA") for key in published if key.get("kty") == "OKP"}

    async def _read(self) -> bytes:
        parts = urlsplit(self._url)
        if parts.scheme == "file":
            return await asyncio.to_thread(Path(unquote(parts.path)).read_bytes)
        import aiohttp  # only distributed mode pays for it

        try:
            timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
            async with aiohttp.ClientSession(timeout=timeout) as http, http.get(self._url) as reply:
                reply.raise_for_status()
                return await reply.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise OSError(str(error)) from error


class RouterTokens:
    """Verifies the tokens that the router signs for one subgraph."""

    def __init__(self, keys: Keys, *, issuer: str, audience: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._known: dict[str, tuple[float, Caller]] = {}

    async def caller(self, authorization: str | None) -> Caller:
        """The caller whom an `authorization` header vouches for. Raises Unauthenticated, Unavailable."""
        token = authorization[7:].strip() if authorization and authorization[:7].lower() == "bearer " else ""
        if not token:
            raise Unauthenticated("This subgraph answers only the router.")
        known = self._known.get(token)
        if known is None:
            known = await self._verify(token)
            if len(self._known) >= KNOWN_TOKENS:
                self._known.clear()
            self._known[token] = known
        expires, caller = known
        if expires <= time.time():
            self._known.pop(token, None)
            raise Unauthenticated("The router's token has expired.")
        return caller

    async def _verify(self, token: str) -> tuple[float, Caller]:
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
            key = await self._keys.get(key_id) if isinstance(key_id, str) else None
            if key is None:
                raise Unauthenticated("The router's token is signed with an unknown key.")
            claims = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=self._audience,
                issuer=self._issuer,
                options={"require": ["exp", "iss", "aud"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated("The router's token has expired.") from error
        except jwt.PyJWTError as error:
            raise Unauthenticated("The router's token is not valid.") from error
        return float(claims["exp"]), _caller(claims)


def _caller(claims: Mapping[str, Any]) -> Caller:
    principal = Principal(
        user_id=claims.get("sub"),
        roles=frozenset(claims.get("roles") or ()),
        scopes=frozenset((claims.get("scope") or "").split()),
        session_id=claims.get("sid"),
    )
    return Caller(principal, Client(claims.get("client_ip"), claims.get("user_agent")))
