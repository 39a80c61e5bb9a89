"""Batches of the tasks subgraph: one SQL statement for all that one request asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from strawberry.dataloader import DataLoader

from hanse_subgraph.auth import Caller
from hanse_subgraph.context import RequestContext
from hanse_subgraph.db import Database
from hanse_subgraph.ids import known_id
from hanse_subgraph.pagination import PageRequest, Slice
from subgraphs.tasks import repository
from subgraphs.tasks.models import Task
from subgraphs.tasks.repository import TaskFilter, TaskSort
from subgraphs.tasks.service import Tasks


@dataclass(frozen=True, slots=True)
class TaskList:
    """Which list of one user's tasks; a user who stands behind many tasks of one answer has it read once."""

    user_id: str
    page: PageRequest
    wanted: TaskFilter
    sort: TaskSort


class TasksContext(RequestContext):
    """One request to the tasks subgraph."""

    def __init__(self, database: Database, caller: Caller, *, writes: bool, tasks: Tasks) -> None:
        super().__init__(database, caller, writes=writes)
        self.tasks = tasks
        self.by_id: DataLoader[str, Task | None] = DataLoader(self._load_tasks)
        # Read anew in mutations: what is asked after a change must not be what was there before.
        self.pages: DataLoader[TaskList, Slice[Task]] = DataLoader(self._load_pages, cache=not writes)
        self.counts: DataLoader[TaskList, int] = DataLoader(self._load_counts, cache=not writes)

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

    async def _load_pages(self, lists: list[TaskList]) -> list[Slice[Task]]:
        async with self.session() as session:
            found = {
                one: await repository.page_of_tasks(session, one.user_id, one.page, one.wanted, one.sort)
                for one in set(lists)
            }
        return [found[one] for one in lists]

    async def _load_counts(self, lists: list[TaskList]) -> list[int]:
        async with self.session() as session:
            found = {one: await repository.count_tasks(session, one.user_id, one.wanted) for one in set(lists)}
        return [found[one] for one in lists]
