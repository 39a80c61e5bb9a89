"""What the payments subgraph declares to the project."""

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
    from subgraphs.payments.app import create
    from subgraphs.payments.settings import PaymentsSettings

    return create(PaymentsSettings.load(**given), platform)


def _events() -> Sequence[type[EventData]]:
    from subgraphs.payments.events import PUBLISHED

    return PUBLISHED


def _demo() -> DemoData:
    from subgraphs.payments.demo import PaymentsDemo

    return PaymentsDemo()


subgraph = Subgraph(
    create=_create,
    topics=(Topic("transactions", kinds=("transaction",)),),
    events=_events,
    user_scopes=("payments:write",),
    admin_scopes=("payments:read",),
    demo=_demo,
)
