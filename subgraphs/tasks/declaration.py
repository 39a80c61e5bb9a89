"""What the tasks subgraph declares to the project."""

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
    from subgraphs.tasks.app import create
    from subgraphs.tasks.settings import TasksSettings

    return create(TasksSettings.load(**given), platform)


def _events() -> Sequence[type[EventData]]:
    from subgraphs.tasks.events import PUBLISHED

    return PUBLISHED


def _demo() -> DemoData:
    from subgraphs.tasks.demo import TasksDemo

    return TasksDemo()


subgraph = Subgraph(
    create=_create,
    topics=(Topic("tasks", kinds=("task",)),),
    events=_events,
    user_scopes=("tasks:write",),
    demo=_demo,
)
