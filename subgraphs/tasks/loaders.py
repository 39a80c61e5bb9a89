"""Batches of the tasks subgraph: one SQL statement for all that one request asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from strawberry.dataloader import DataLoader

from shared.auth import Caller
from shared.context import RequestContext
from shared.db import Database
from shared.ids import known_id
from subgraphs.tasks import repository
from subgraphs.tasks.models import Task
from subgraphs.tasks.service import Tasks


class TasksContext(RequestContext):
    """One request to the tasks subgraph."""

    def __init__(self, database: Database, caller: Caller, *, writes: bool, tasks: Tasks) -> None:
        super().__init__(database, caller, writes=writes)
        self.tasks = tasks
        self.by_id: DataLoader[str, Task | None] = DataLoader(self._load_tasks)

    async def task(self, task_id: str) -> Task | None:
        """The task of this id, where the caller may see it."""
        known = known_id(task_id)
        return await self.by_id.load(known) if known and self.principal.user_id else None

    async def tasks_of(self, task_ids: Sequence[str]) -> list[Task | None]:
        """The tasks of these ids, each in its place, by the same rule."""
        return list(await asyncio.gather(*(self.task(task_id) for task_id in task_ids)))

    async def _load_tasks(self, ids: list[str]) -> list[Task | None]:
        async with self.session() as session:
            found = await repository.tasks_by_id(session, self.principal.require_user(), ids)
        return [found.get(task_id) for task_id in ids]
