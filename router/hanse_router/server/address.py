"""The client's address: the peer's, or what a trusted proxy says of it in `X-Forwarded-For`."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence

from hanse_router.server.asgi import Scope
from hanse_wire.settings import SettingsError

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ClientAddress:
    """Tells a request's client address."""

    def __init__(self, trusted_proxies: Sequence[str]) -> None:
        """Raises SettingsError where a proxy is no address and no network."""
        try:
            self._trusted: list[_Network] = [ipaddress.ip_network(proxy, strict=False) for proxy in trusted_proxies]
        except ValueError as error:
            raise SettingsError(f"setting trusted_proxies: {error}") from error

    def of(self, scope: Scope, headers: Mapping[str, str]) -> str | None:
        """The nearest address that is not a trusted proxy's."""
        peer = scope.get("client")
        address: str | None = peer[0] if peer else None
        if not self._trusted or address is None or not self._is_trusted(address):
            return address
        for hop in reversed(headers.get("x-forwarded-for", "").split(",")):
            hop = hop.strip()
            if not hop or not _is_address(hop):
                break
            address = hop
            if not self._is_trusted(hop):
                break
        return address

    def _is_trusted(self, address: str) -> bool:
        return _is_address(address) and any(ipaddress.ip_address(address) in network for network in self._trusted)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
