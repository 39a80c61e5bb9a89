"""Which redirects of subgraphs are followed."""

from __future__ import annotations

from typing import Literal
from urllib.parse import SplitResult, urljoin, urlsplit

from hanse_router.transports.errors import SubgraphHttpError

Policy = Literal["none", "same_host", "any"]
STATUSES = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 5  # of one request
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_UPGRADES = {("http", "https"), ("ws", "wss")}


def target(url: str, location: str, policy: Policy) -> str:
    """The URL that a redirect of `url` leads to. Raises SubgraphHttpError if it is not followed."""
    try:
        followed = urljoin(url, location)
        scheme = urlsplit(followed).scheme
        permitted = scheme in ("http", "https") and (
            policy == "any" or (policy == "same_host" and is_same_host(url, followed))
        )
    except ValueError:
        permitted = False
    if not permitted:
        raise SubgraphHttpError(
            "The subgraph redirects to another host: set its URL to the final one, or transport.redirects."
            if policy != "none"
            else "The subgraph redirects: set its URL to the final one, or transport.redirects."
        )
    return followed


def is_same_host(url: str, other: str) -> bool:
    """Whether two URLs lead to one server, which may have changed from plain text to TLS on the standard ports."""
    one, two = urlsplit(url), urlsplit(other)
    if one.hostname != two.hostname:
        return False
    if one.scheme == two.scheme:
        return _port(one) == _port(two)
    return (one.scheme, two.scheme) in _UPGRADES and (_port(one), _port(two)) == (80, 443)


def _port(parts: SplitResult) -> int | None:
    return parts.port or _PORTS.get(parts.scheme)
