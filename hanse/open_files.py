"""How many files, and so connections, the system allows this process to have open."""

from __future__ import annotations

import contextlib
import sys

RESERVED = 10_000  # for databases, logs, requests and subscriptions to subgraphs


def allow_connections(wanted: int) -> int:
    """Raise the soft limit on open files as far as needed; the number of connections that it then allows."""
    if sys.platform == "win32":
        return wanted
    import resource  # Windows has none

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + RESERVED
    if soft != resource.RLIM_INFINITY and soft < needed:
        raised = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
            soft = raised
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return wanted
    return min(wanted, max(soft - RESERVED, soft // 2, 1))
