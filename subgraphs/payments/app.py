"""The payments subgraph, wired together."""

from __future__ import annotations

from pathlib import Path

from hanse_subgraph.auth import Caller
from hanse_subgraph.db import Database
from hanse_subgraph.migrate import Migrations
from hanse_subgraph.platform import STANDALONE, Platform
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.payments.consumers import HANDLERS
from subgraphs.payments.loaders import PaymentsContext
from subgraphs.payments.models import Base
from subgraphs.payments.schema import graph
from subgraphs.payments.service import Payments
from subgraphs.payments.settings import PaymentsSettings

MIGRATIONS = Migrations(Path(__file__).parent / "migrations", Base.metadata)


def create(settings: PaymentsSettings, platform: Platform = STANDALONE) -> SubgraphApp:
    """The subgraph, ready to start."""
    payments = Payments(settings)

    def make_context(database: Database, caller: Caller, writes: bool) -> PaymentsContext:
        return PaymentsContext(database, caller, writes=writes, payments=payments)

    return SubgraphApp(
        settings, graph=graph, make_context=make_context, migrations=MIGRATIONS, platform=platform, handlers=HANDLERS
    )
