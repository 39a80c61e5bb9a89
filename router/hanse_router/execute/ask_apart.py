"""Which entity groups are fetched again, each in a request of its own: those that lost their data to another group.

A subgraph that cannot resolve one entity may answer `data: null`, since the list of entities is non-null. The other
groups of the request have lost their entities then, although nothing is wrong with them.
"""

from __future__ import annotations

from collections.abc import Sequence

from hanse_router.execute.entities import Batch
from hanse_router.execute.fetch import CompiledFetch
from hanse_router.execute.read_reply import Reply
from hanse_router.operation_kind import OperationKind


def groups_to_ask_apart(fetch: CompiledFetch, batches: Sequence[Batch], reply: Reply) -> list[int]:
    """The indices of the groups that were sent with others and that no error of a reply without data names."""
    if reply.get("data") is not None or fetch.kind is not OperationKind.QUERY:
        return []
    sent = [index for index, batch in enumerate(batches) if batch.representations]
    if len(sent) < 2:
        return []
    paths = [error.get("path") for error in reply.get("errors") or () if isinstance(error, dict)]
    named = {path[0] for path in paths if isinstance(path, list) and path and isinstance(path[0], str)}
    return [index for index in sent if fetch.groups[index].alias not in named]


def only(batches: Sequence[Batch], indices: Sequence[int]) -> tuple[Batch, ...]:
    """The batches of these groups; the others are empty."""
    return tuple(batch if index in indices else Batch() for index, batch in enumerate(batches))
