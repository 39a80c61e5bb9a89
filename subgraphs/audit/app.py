"""The audit subgraph, wired together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.auth import Caller
from hanse_subgraph.db import Database
from hanse_subgraph.migrate import Migrations
from hanse_subgraph.platform import STANDALONE, Platform
from hanse_subgraph.subgraph_app import Runner, SubgraphApp
from subgraphs.audit.anchors import Anchoring
from subgraphs.audit.consumers import handlers
from subgraphs.audit.loaders import AuditContext
from subgraphs.audit.models import Base
from subgraphs.audit.schema import graph
from subgraphs.audit.service import Logs, Trail, Verdict
from subgraphs.audit.settings import AuditSettings

MIGRATIONS = Migrations(Path(__file__).parent / "migrations", Base.metadata)


def create(settings: AuditSettings, platform: Platform = STANDALONE) -> SubgraphApp:
    """The subgraph, ready to start."""
    logs, trail = Logs(settings), Trail(settings)

    def make_context(database: Database, caller: Caller, writes: bool) -> AuditContext:
        return AuditContext(database, caller, writes=writes, logs=logs, verify=verify)

    async def verify(session: AsyncSession) -> Verdict:
        assert app.events is not None
        return await trail.verify(session, app.events)

    def runners(database: Database) -> Sequence[Runner]:
        return [Anchoring(database, trail.key, seconds=settings.anchor_seconds)]

    app = SubgraphApp(
        settings,
        graph=graph,
        make_context=make_context,
        migrations=MIGRATIONS,
        platform=platform,
        handlers=handlers(trail),
        runners=runners,
    )
    return app
