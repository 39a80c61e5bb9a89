"""Secrets, which are stored as fingerprints only, and signed access tokens."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.platform import Platform
from subgraphs.users.keys import SigningKeys
from subgraphs.users.models import Role, User
from subgraphs.users.settings import UsersSettings


def new_secret() -> str:
    """A new secret of 256 bits."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """The hash of a secret, for storage. A plain hash suffices, since secrets have 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


class AccessTokens:
    """Signs access tokens (JWT, RFC 7519)."""

    def __init__(
        self, settings: UsersSettings, keys: SigningKeys, platform: Platform, *, clock: Clock = utc_now
    ) -> None:
        self._settings = settings
        self._keys = keys
        self._platform = platform
        self._clock = clock

    @property
    def lifetime(self) -> int:
        """The lifetime of access tokens, in seconds."""
        return self._settings.access_token_seconds

    def scopes_of(self, user: User) -> tuple[str, ...]:
        """All scopes of a user."""
        given = self._platform.user_scopes
        return (*given, *self._platform.admin_scopes) if user.role == Role.ADMIN else given

    def sign(self, user: User, session_id: str, scopes: Sequence[str]) -> str:
        """Sign an access token of a user with these scopes."""
        now = self._clock().timestamp()
        roles = [Role.USER.value, Role.ADMIN.value] if user.role == Role.ADMIN else [Role.USER.value]
        return self._keys.sign(
            {
                "iss": self._settings.issuer,
                "aud": self._settings.audience,
                "sub": user.id,
                "sid": session_id,
                "roles": roles,
                "scope": " ".join(scopes),
                "iat": now,  # a fraction of a second, for `user.access_revoked`
                "exp": int(now) + self.lifetime,
            }
        )
