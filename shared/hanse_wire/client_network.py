"""What counts as one address: limits by address must not be multiplied by the addresses of one IPv6 client."""

from __future__ import annotations

import ipaddress
from functools import lru_cache


@lru_cache(10_000)
def client_network(address: str) -> str:
    """The /64 network of an IPv6 address (RFC 6177), the IPv4 address that one maps, and else the text itself."""
    if ":" not in address:
        return address
    try:
        parsed = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped
    return str(mapped) if mapped is not None else str(ipaddress.ip_network((parsed, 64), strict=False))
