"""Which entity groups are fetched again, in requests of their own: those that lost their data to another group.

A subgraph that cannot resolve one entity may answer `data: null`, since the list of entities is non-null. The other
groups of the request have lost their entities then, although nothing is wrong with them.
"""

from __future__ import annotations

from collections.abc import Collection

from hanse_router.execute.entities import Batch
from hanse_router.execute.fetch import CompiledFetch
from hanse_router.execute.read_reply import Reply
from hanse_router.operation_kind import OperationKind

_MAX_REQUESTS = 8  # with more groups, all that no error names are fetched again together

Batches = tuple[Batch, ...]
_NONE = Batch()


def ask_apart(fetch: CompiledFetch, batches: Batches, reply: Reply) -> tuple[Batches, list[Batches]]:
    """The batches that the reply answers, and those of each request that has to be sent again.

    The latter are for the groups that were sent with others and that no error of a reply without data names.
    """
    if reply.get("data") is not None or fetch.kind is not OperationKind.QUERY:
        return batches, []
    sent = [index for index, batch in enumerate(batches) if batch.representations]
    if len(sent) < 2:
        return batches, []
    paths = [error.get("path") for error in reply.get("errors") or () if isinstance(error, dict)]
    named = {path[0] for path in paths if isinstance(path, list) and path and isinstance(path[0], str)}
    lost = {index for index in sent if fetch.groups[index].alias not in named}
    if len(lost) > _MAX_REQUESTS:
        again = [_only(batches, lost)] if len(lost) < len(sent) else []
    else:
        again = [_only(batches, {index}) for index in lost]
    return (_only(batches, set(sent) - lost), again) if again else (batches, [])


def _only(batches: Batches, indices: Collection[int]) -> Batches:
    """The batches of these groups; the others are empty."""
    return tuple(batch if index in indices else _NONE for index, batch in enumerate(batches))
