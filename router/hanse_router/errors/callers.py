"""Errors of who calls."""

from __future__ import annotations

from typing import Any

from hanse_router.errors.base import RouterError


class Unauthenticated(RouterError):
    """The token is expired, forged or malformed, or one is needed and there is none."""

    code = "UNAUTHENTICATED"
    status = 401

    def __init__(self, message: str) -> None:
        challenge = b'Bearer error="invalid_token"'
        super().__init__(message, headers=[(b"www-authenticate", challenge)])


class SubscriptionExpired(Unauthenticated):
    """The token of a running subscription has expired."""

    code = "SUBSCRIPTION_JWT_EXPIRED"

    def __init__(self) -> None:
        super().__init__("The access token has expired: subscribe again with a fresh one.")


class SubscriptionRevoked(Unauthenticated):
    """The token of a running subscription was revoked."""

    code = "SUBSCRIPTION_JWT_REVOKED"

    def __init__(self) -> None:
        super().__init__("The access token was revoked: sign in again, then subscribe again.")


class Unauthorized(RouterError):
    """The operation asks for what the caller may not see, and the settings refuse it whole."""

    code = "UNAUTHORIZED_FIELD_OR_TYPE"
    status = 403

    def __init__(self, errors: list[dict[str, Any]], *, anonymous: bool) -> None:
        super().__init__(errors[0]["message"], status=401 if anonymous else 403)
        self._errors = errors

    def formatted(self) -> list[dict[str, Any]]:
        return self._errors
