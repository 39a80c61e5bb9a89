"""Why there is no new supergraph, or no report was accepted.

SupergraphError
├── SupergraphUnavailable   not now: no connection, a timeout, a status such as 503
└── SupergraphRefused       not until a person changes something: the key, the URL, the supergraph
    └── SupergraphNotFound  the registry has no such graph, variant or branch
"""

from __future__ import annotations


class SupergraphError(Exception):
    """The message is one line."""


class SupergraphUnavailable(SupergraphError):
    """The supergraph cannot be read now."""


class SupergraphRefused(SupergraphError):
    """The registry refuses the router, or the router what it serves."""


class SupergraphNotFound(SupergraphRefused):
    """There is no such supergraph."""
