"""What one execution needs besides its plan: transports of subgraphs, headers and files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from hanse_router.transports.protocol import FileAt, Transport

NO_HEADERS: Mapping[str, str] = {}


def no_headers(subgraph: str) -> Mapping[str, str]:
    """No headers for any subgraph."""
    return NO_HEADERS


class Call(msgspec.Struct, frozen=True, eq=False):
    """`transports` by subgraph name; `headers` returns those for a subgraph, names in lower case.

    `files` are those in the variables, by the variable's name.
    """

    transports: Mapping[str, Transport]
    headers: Callable[[str], Mapping[str, str]] = no_headers
    files: Mapping[str, Sequence[FileAt]] | None = None
    request_id: bytes = b""
