"""The tasks subgraph, wired together."""

from __future__ import annotations

from pathlib import Path

from hanse_subgraph.auth import Caller
from hanse_subgraph.db import Database
from hanse_subgraph.migrate import Migrations
from hanse_subgraph.platform import STANDALONE, Platform
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.tasks.consumers import handlers
from subgraphs.tasks.loaders import TasksContext
from subgraphs.tasks.models import Base
from subgraphs.tasks.schema import graph
from subgraphs.tasks.service import Tasks
from subgraphs.tasks.settings import TasksSettings

MIGRATIONS = Migrations(Path(__file__).parent / "migrations", Base.metadata)


def create(settings: TasksSettings, platform: Platform = STANDALONE) -> SubgraphApp:
    """The subgraph, ready to start."""
    tasks = Tasks()

    def make_context(database: Database, caller: Caller, writes: bool) -> TasksContext:
        return TasksContext(database, caller, writes=writes, tasks=tasks)

    return SubgraphApp(
        settings,
        graph=graph,
        make_context=make_context,
        migrations=MIGRATIONS,
        platform=platform,
        handlers=handlers(tasks),
    )
