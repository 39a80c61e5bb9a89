"""What the connections of one server have in common."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Callable

from hanse_wire.server_settings import DEFAULT_SERVER_SETTINGS, ServerSettings


class OpenConnections:
    """Counts by IPv4 address, or IPv6 network of 64 bits: so much of IPv6 one subscriber has."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, host: str) -> int:
        """Count a connection; the number that its address has now."""
        key = _key(host)
        self._counts[key] += 1
        return self._counts[key]

    def remove(self, host: str) -> None:
        """Forget a connection."""
        key = _key(host)
        self._counts[key] -= 1
        if self._counts[key] <= 0:
            del self._counts[key]

    def __len__(self) -> int:
        return len(self._counts)


class ConnectionRules:
    """The limits of each connection, how many there are by address, and who is notified of a refusal's code."""

    def __init__(
        self, limits: ServerSettings = DEFAULT_SERVER_SETTINGS, on_refused: Callable[[str], None] = lambda code: None
    ) -> None:
        self.limits = limits
        self.on_refused = on_refused
        self.by_address = OpenConnections()


def _key(host: str) -> str:
    if ":" not in host:
        return host
    address = ipaddress.IPv6Address(host.partition("%")[0])
    mapped = address.ipv4_mapped
    return str(mapped) if mapped is not None else str(ipaddress.ip_network((address, 64), strict=False))
