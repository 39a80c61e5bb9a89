"""Every SQL statement of the tasks subgraph."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from sqlalchemy import ColumnElement, String, cast, delete, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from hanse_subgraph.db import UtcDateTime
from hanse_subgraph.pagination import Key, PageRequest, Slice, read_slice
from subgraphs.tasks.models import Task, TaskStatus

_NEVER = datetime(9999, 12, 31, tzinfo=UTC)  # tasks without a due date come last


class TaskSort(Enum):
    """How a list of tasks is sorted."""

    NEWEST = "newest"
    DUE = "due"
    PRIORITY = "priority"


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks a list holds; what is None does not matter."""

    status: tuple[str, ...] | None = None
    text: str | None = None
    label: str | None = None
    assignee_id: str | None = None
    due_before: datetime | None = None
    due_after: datetime | None = None


_ID = Key(col(Task.id), lambda task: task.id, descending=True)
_DUE = func.coalesce(col(Task.due_at), literal(_NEVER, UtcDateTime()), type_=UtcDateTime())
_KEYS = {
    TaskSort.NEWEST: (_ID,),
    TaskSort.DUE: (Key(_DUE, lambda task: task.due_at or _NEVER), _ID),
    TaskSort.PRIORITY: (Key(col(Task.priority), lambda task: task.priority, descending=True), _ID),
}


def _visible_to(user_id: str) -> ColumnElement[bool]:
    return or_(col(Task.owner_id) == user_id, col(Task.assignee_id) == user_id)


def _matching(user_id: str, wanted: TaskFilter) -> list[ColumnElement[bool]]:
    conditions = [_visible_to(user_id)]
    if wanted.status is not None:
        conditions.append(col(Task.status).in_(wanted.status))
    if wanted.text and wanted.text.strip():
        words = (
            column.icontains(wanted.text.strip(), autoescape=True)
            for column in (col(Task.title), col(Task.description))
        )
        conditions.append(or_(*words))
    if wanted.label is not None:
        conditions.append(cast(col(Task.labels), String).contains(json.dumps(wanted.label), autoescape=True))
    if wanted.assignee_id is not None:
        conditions.append(col(Task.assignee_id) == wanted.assignee_id)
    if wanted.due_before is not None:
        conditions.append(col(Task.due_at) < wanted.due_before)
    if wanted.due_after is not None:
        conditions.append(col(Task.due_at) >= wanted.due_after)
    return conditions


async def tasks_by_id(session: AsyncSession, user_id: str, ids: Collection[str]) -> dict[str, Task]:
    """The tasks of these ids that this user may see."""
    found = await session.scalars(select(Task).where(col(Task.id).in_(ids), _visible_to(user_id)))
    return {task.id: task for task in found}


async def page_of_tasks(
    session: AsyncSession, user_id: str, page: PageRequest, wanted: TaskFilter, sort: TaskSort
) -> Slice[Task]:
    """The tasks that this user owns or is to do."""
    return await read_slice(session, select(Task).where(*_matching(user_id, wanted)), _KEYS[sort], page)


async def count_tasks(session: AsyncSession, user_id: str, wanted: TaskFilter) -> int:
    """How many the list above has in all."""
    counted = select(func.count()).select_from(Task).where(*_matching(user_id, wanted))
    return int(await session.scalar(counted) or 0)


async def counts_by_status(session: AsyncSession, user_id: str) -> dict[str, int]:
    """How many tasks of each status this user owns or is to do."""
    rows = await session.execute(
        select(col(Task.status), func.count()).where(_visible_to(user_id)).group_by(col(Task.status))
    )
    return {row[0]: row[1] for row in rows}


async def move(
    session: AsyncSession, task_id: str, before: TaskStatus, status: TaskStatus, at: datetime
) -> Task | None:
    """Change a task's status from one to another; None where it is not that one any more."""
    values = {"status": status.value, "updated_at": at, "completed_at": at if status is TaskStatus.DONE else None}
    statement = update(Task).where(col(Task.id) == task_id, col(Task.status) == before.value).values(**values)
    moved = statement.returning(Task).execution_options(populate_existing=True)
    return (await session.scalars(moved)).one_or_none()


async def remove(session: AsyncSession, task: Task) -> None:
    """Delete a task."""
    await session.delete(task)
    await session.flush()


async def forget_user(session: AsyncSession, user_id: str) -> list[Task]:
    """Delete a user's own tasks, which are answered, and take them off those of others."""
    gone = list(await session.scalars(delete(Task).where(col(Task.owner_id) == user_id).returning(Task)))
    await session.execute(update(Task).where(col(Task.assignee_id) == user_id).values(assignee_id=None))
    return gone


async def any_task(session: AsyncSession) -> bool:
    """Whether there is one at all."""
    return await session.scalar(select(col(Task.id)).limit(1)) is not None
