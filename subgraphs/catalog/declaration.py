"""What the catalog subgraph declares to the project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hanse_subgraph.declaration import Subgraph
from hanse_subgraph.events.topics import Topic
from hanse_subgraph.platform import Platform

if TYPE_CHECKING:
    from hanse_subgraph.demo import DemoData
    from hanse_subgraph.events.data import EventData
    from hanse_subgraph.subgraph_app import SubgraphApp


def _create(given: Mapping[str, Any], platform: Platform) -> SubgraphApp:
    from subgraphs.catalog.app import create
    from subgraphs.catalog.settings import CatalogSettings

    return create(CatalogSettings.load(**given), platform)


def _events() -> Sequence[type[EventData]]:
    from subgraphs.catalog.events import PUBLISHED

    return PUBLISHED


def _demo() -> DemoData:
    from subgraphs.catalog.demo import CatalogDemo

    return CatalogDemo()


subgraph = Subgraph(
    create=_create,
    topics=(Topic("products", kinds=("product",)),),
    events=_events,
    user_scopes=("catalog:write",),
    admin_scopes=("catalog:moderate",),
    demo=_demo,
)
