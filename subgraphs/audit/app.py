"""The audit subgraph, wired together."""

from __future__ import annotations

from pathlib import Path

from hanse_subgraph.auth import Caller
from hanse_subgraph.db import Database
from hanse_subgraph.migrate import Migrations
from hanse_subgraph.platform import STANDALONE, Platform
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.audit.consumers import HANDLERS
from subgraphs.audit.loaders import AuditContext
from subgraphs.audit.models import Base
from subgraphs.audit.schema import graph
from subgraphs.audit.service import Logs
from subgraphs.audit.settings import AuditSettings

MIGRATIONS = Migrations(Path(__file__).parent / "migrations", Base.metadata)


def create(settings: AuditSettings, platform: Platform = STANDALONE) -> SubgraphApp:
    """The subgraph, ready to start."""
    logs = Logs(settings)

    def make_context(database: Database, caller: Caller, writes: bool) -> AuditContext:
        return AuditContext(database, caller, writes=writes, logs=logs)

    return SubgraphApp(
        settings, graph=graph, make_context=make_context, migrations=MIGRATIONS, platform=platform, handlers=HANDLERS
    )
