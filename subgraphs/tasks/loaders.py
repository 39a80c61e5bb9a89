"""Data loaders of the tasks subgraph: one SQL statement per request and kind of object."""

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
from hanse_subgraph.row_batches import MAX_ROWS
from subgraphs.tasks import repository
from subgraphs.tasks.models import Task
from subgraphs.tasks.repository import TaskFilter, TaskSort
from subgraphs.tasks.service import Tasks


@dataclass(frozen=True, slots=True)
class TaskList:
    """The arguments of a user's task list; equal lists in one response are read once."""

    user_id: str
    page: PageRequest
    condition: TaskFilter
    sort: TaskSort


class TasksContext(RequestContext):
    """The context of one request to the tasks subgraph."""

    def __init__(self, database: Database, caller: Caller, *, writes: bool, tasks: Tasks) -> None:
        super().__init__(database, caller, writes=writes)
        self.tasks = tasks
        self.by_id: DataLoader[str, Task | None] = DataLoader(self._load_tasks, max_batch_size=MAX_ROWS)
        # Not cached in mutations: a list that is read after a change must contain the change.
        self.pages: DataLoader[TaskList, Slice[Task]] = DataLoader(self._load_pages, cache=not writes)
        self.counts: DataLoader[TaskList, int] = DataLoader(self._load_counts, cache=not writes)

    async def task(self, task_id: str) -> Task | None:
        """The task with this id; None if missing or not visible to the caller."""
        canonical_id = known_id(task_id)
        return await self.by_id.load(canonical_id) if canonical_id and self.principal.user_id else None

    async def tasks_of(self, task_ids: Sequence[str]) -> list[Task | None]:
        """The tasks with these ids that are visible to the caller, in the same order."""
        return list(await asyncio.gather(*(self.task(task_id) for task_id in task_ids)))

    async def _load_tasks(self, ids: list[str]) -> list[Task | None]:
        async with self.session() as session:
            found = await repository.tasks_by_id(session, self.principal.require_user(), ids)
        return [found.get(task_id) for task_id in ids]

    async def _load_pages(self, lists: list[TaskList]) -> list[Slice[Task]]:
        async with self.session() as session:
            found = {
                key: await repository.page_of_tasks(session, key.user_id, key.page, key.condition, key.sort)
                for key in set(lists)
            }
        return [found[key] for key in lists]

    async def _load_counts(self, lists: list[TaskList]) -> list[int]:
        async with self.session() as session:
            found = {key: await repository.count_tasks(session, key.user_id, key.condition) for key in set(lists)}
        return [found[key] for key in lists]
