"""List sizes for demand control: the router estimates by them what an operation costs."""

from __future__ import annotations

from collections.abc import Sequence

from strawberry import UNSET
from strawberry.federation.schema_directives import ListSize


def list_size(assumed: int, *, arguments: Sequence[str] = (), sized_fields: Sequence[str] = ()) -> ListSize:
    """`@listSize` of a list with at most `assumed` items, or as many as one of the Int `arguments` says.

    With `sized_fields`, the lists are these fields of the returned object. Names are those of the schema.
    """
    # What is not given stays unset: composers refuse null.
    return ListSize(
        assumed_size=assumed,
        slicing_arguments=list(arguments) or UNSET,
        sized_fields=list(sized_fields) or UNSET,
        require_one_slicing_argument=False if arguments else UNSET,
    )
