"""Take apart what one plan was found with: positions and fetch nodes refer to each other in both directions.

Left in cycles, they wait for a collection of garbage, which stops the event loop for as long as there are objects.
"""

from __future__ import annotations

from collections.abc import Iterable

from hanse_router.planner.fetch_graph import FetchNode
from hanse_router.planner.query_tree import Position


def release(positions: list[Position], fetch_nodes: Iterable[FetchNode]) -> None:
    """Cut the cycles of a query tree and of a fetch graph; neither can be used any more."""
    for position in positions:
        position.options.clear()
        position.required.clear()
        position.children.clear()
        position.refined.clear()
        position.required_inputs.clear()
        position.parent = None
    positions.clear()
    for fetch_node in fetch_nodes:
        fetch_node.depends_on.clear()
        fetch_node.sources.clear()
        _release_selected(fetch_node)


def _release_selected(fetch_node: FetchNode) -> None:
    pending = [fetch_node.root]
    del fetch_node.root
    while pending:
        selected = pending.pop()
        pending += [field.child for field in selected.fields.values() if field.child is not None]
        pending += selected.casts.values()
        selected.fields.clear()
        selected.casts.clear()
        selected.above = selected.holder = None
