"""What the connections of one server have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from hanse_wire.client_network import client_network
from hanse_wire.server_settings import DEFAULT_SERVER_SETTINGS, ServerSettings


class OpenConnections:
    """Counts by IPv4 address, or IPv6 network of 64 bits: so much of IPv6 one subscriber has."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, host: str) -> int:
        """Count a connection; the number that its address has now."""
        key = client_network(host)
        self._counts[key] += 1
        return self._counts[key]

    def remove(self, host: str) -> None:
        """Forget a connection."""
        key = client_network(host)
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
