"""What the audit subgraph declares to the project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hanse_subgraph.declaration import Subgraph
from hanse_subgraph.events.topics import Topic
from hanse_subgraph.platform import Platform

if TYPE_CHECKING:
    from hanse_subgraph.events.data import EventData
    from hanse_subgraph.subgraph_app import SubgraphApp


def _create(given: Mapping[str, Any], platform: Platform) -> SubgraphApp:
    from subgraphs.audit.app import create
    from subgraphs.audit.settings import AuditSettings

    return create(AuditSettings.load(**given), platform)


def _events() -> Sequence[type[EventData]]:
    from subgraphs.audit.events import PUBLISHED

    return PUBLISHED


subgraph = Subgraph(
    create=_create,
    topics=(Topic("audit", kinds=("audit",)),),
    events=_events,
    admin_scopes=("audit:read", "logs:write"),
)
