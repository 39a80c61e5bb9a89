"""Refuses what a browser may have been made to send by another site.

A request passes with a content type that browsers do not send without a preflight, or with one of the headers of the
settings, or where nothing shows a browser on another site: `Sec-Fetch-Site`, or for older ones `Origin` and `Referer`.
Forms, which bring files and mutations with them, always need one of the headers.
"""

from __future__ import annotations

from collections.abc import Mapping

from hanse_router.errors import CsrfRefused
from hanse_router.guards.origin import is_own_origin
from hanse_router.settings import CorsSettings, CsrfSettings

_FORM = "multipart/form-data"
_SIMPLE = frozenset({"", "text/plain", "application/x-www-form-urlencoded", _FORM})


class CsrfGuard:
    """The guard of HTTP requests."""

    def __init__(self, settings: CsrfSettings, cors: CorsSettings) -> None:
        self._enabled = settings.enabled
        self._headers = tuple(name.lower() for name in settings.headers)
        self._origins = frozenset(cors.origins)

    def check(self, headers: Mapping[str, str]) -> None:
        """Raises CsrfRefused."""
        media = headers.get("content-type", "").partition(";")[0].strip().lower()
        if not self._enabled or media not in _SIMPLE or any(name in headers for name in self._headers):
            return
        if media == _FORM:
            raise CsrfRefused(
                "A form is what any site can make a browser send: send one of these headers along, whatever its value: "
                + ", ".join(self._headers)
            )
        if self._from_elsewhere(headers):
            raise CsrfRefused(
                "This looks like a request that a browser sends for another site: "
                "send it with `content-type: application/json`, or with one of the headers " + ", ".join(self._headers)
            )

    def _from_elsewhere(self, headers: Mapping[str, str]) -> bool:
        origin = headers.get("origin")
        if origin is not None and (origin in self._origins):
            return False  # CORS lets that site read us anyhow
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site not in ("same-origin", "none")
        host = headers.get("host")
        return any(not is_own_origin(headers[name], host) for name in ("origin", "referer") if name in headers)
