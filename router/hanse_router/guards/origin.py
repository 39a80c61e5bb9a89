"""Which web pages may call: the `Origin` of a request, against the settings of CORS."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from hanse_router.settings import CorsSettings


def is_own_origin(url: str, host: str | None) -> bool:
    """Whether an `Origin` or `Referer` is a page of this host."""
    try:
        return host is not None and urlsplit(url).netloc.lower() == host.lower()
    except ValueError:  # not a URL
        return False


class Origins:
    """The pages that may open a WebSocket: browsers send cookies with it, and CORS does not apply."""

    def __init__(self, settings: CorsSettings) -> None:
        self._allowed = frozenset(settings.origins)
        self._credentials = settings.allow_credentials

    def allow(self, headers: Mapping[str, str]) -> bool:
        """Whether the request comes from a page of this host or of `cors.origins`, or from no page."""
        origin = headers.get("origin")
        return origin is None or self._is_listed(origin) or is_own_origin(origin, headers.get("host"))

    def credible(self, headers: dict[str, str]) -> dict[str, str]:
        """The headers without the cookies that a browser added for a page that CORS gives no credentials."""
        origin = headers.get("origin")
        if origin is None or self._credentials or "cookie" not in headers:
            return headers
        if is_own_origin(origin, headers.get("host")):
            return headers
        return {name: value for name, value in headers.items() if name != "cookie"}

    def _is_listed(self, origin: str) -> bool:
        return origin in self._allowed or "*" in self._allowed
