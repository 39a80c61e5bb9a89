"""The settings of the tasks subgraph: `HANSE_TASKS_<FIELD>` in the environment."""

from __future__ import annotations

from typing import ClassVar

from hanse_subgraph.config import SubgraphSettings, settings_config


class TasksSettings(SubgraphSettings):
    """The settings of every subgraph."""

    model_config = settings_config("tasks")
    subgraph: ClassVar[str] = "tasks"
