"""What one execution is given besides its operation: the ways to the subgraphs, and what is carried on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from router.transports.base import Transport

_NO_HEADERS: Mapping[str, str] = {}


def no_headers(subgraph: str) -> Mapping[str, str]:
    """Carry nothing."""
    return _NO_HEADERS


@dataclass(frozen=True, slots=True)
class Call:
    """`transports` by subgraph name; `headers` gives those to carry to a subgraph, names in lower case."""

    transports: Mapping[str, Transport]
    headers: Callable[[str], Mapping[str, str]] = no_headers
