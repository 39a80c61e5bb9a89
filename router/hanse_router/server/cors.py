"""Cross-origin requests (Fetch standard, CORS protocol): which pages of other origins may call and read."""

from __future__ import annotations

from collections.abc import Mapping

from hanse_router.server.asgi import Header
from hanse_router.settings import CorsSettings
from hanse_wire.settings import SettingsError

METHODS = b"GET, POST, OPTIONS"


class Cors:
    """Makes the headers."""

    def __init__(self, settings: CorsSettings) -> None:
        self._settings = settings
        self._any = "*" in settings.origins
        self._origins = frozenset(settings.origins)
        if self._any and settings.allow_credentials:
            raise SettingsError("setting cors.allow_credentials: not with any origin; name the origins in cors.origins")

    def headers(self, origin: str | None) -> list[Header]:
        """What an answer to a request of that origin carries."""
        if not self._origins:
            return []
        vary: list[Header] = [] if self._any else [(b"vary", b"origin")]
        if origin is None or not (self._any or origin in self._origins):
            return vary
        allowed = [*vary, (b"access-control-allow-origin", b"*" if self._any else origin.encode("latin-1"))]
        if self._settings.allow_credentials:
            allowed.append((b"access-control-allow-credentials", b"true"))
        if self._settings.expose_headers:
            allowed.append((b"access-control-expose-headers", ", ".join(self._settings.expose_headers).encode()))
        return allowed

    def preflight(self, headers: Mapping[str, str]) -> list[Header]:
        """What the answer to an OPTIONS request carries."""
        allowed = self.headers(headers.get("origin"))
        if not any(name == b"access-control-allow-origin" for name, _ in allowed):
            return allowed
        wanted = ", ".join(self._settings.allow_headers) or headers.get("access-control-request-headers", "")
        return [
            *allowed,
            (b"access-control-allow-methods", METHODS),
            (b"access-control-allow-headers", wanted.encode("latin-1")),
            (b"access-control-max-age", str(self._settings.max_age_seconds).encode()),
        ]
