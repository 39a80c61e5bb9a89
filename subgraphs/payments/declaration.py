"""What the payments subgraph declares to the project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hanse_subgraph.declaration import Subgraph
from hanse_subgraph.events.topics import Topic
from hanse_subgraph.platform import Platform

if TYPE_CHECKING:
    from hanse_subgraph.demo import DemoData
    from hanse_subgraph.subgraph_app import SubgraphApp


def _create(given: Mapping[str, Any], platform: Platform) -> SubgraphApp:
    from subgraphs.payments.app import create
    from subgraphs.payments.settings import PaymentsSettings

    return create(PaymentsSettings.load(**given), platform)


def _demo() -> DemoData:
    from subgraphs.payments.demo import PaymentsDemo

    return PaymentsDemo()


subgraph = Subgraph(
    create=_create,
    topics=(Topic("transactions", kinds=("transaction",)),),
    user_scopes=("payments:write",),
    admin_scopes=("payments:read",),
    demo=_demo,
)
