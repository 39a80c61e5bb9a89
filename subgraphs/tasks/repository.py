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

_NO_DUE_DATE = datetime(9999, 12, 31, tzinfo=UTC)  # sorts tasks without a due date last


class TaskSort(Enum):
    """The order of a list of tasks."""

    NEWEST = "newest"
    DUE = "due"
    PRIORITY = "priority"


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Conditions for a list of tasks; None means no condition."""

    status: tuple[str, ...] | None = None
    text: str | None = None
    label: str | None = None
    assignee_id: str | None = None
    due_before: datetime | None = None
    due_after: datetime | None = None


_ID = Key(col(Task.id), lambda task: task.id, descending=True)
_DUE = func.coalesce(col(Task.due_at), literal(_NO_DUE_DATE, UtcDateTime()), type_=UtcDateTime())
_KEYS = {
    TaskSort.NEWEST: (_ID,),
    TaskSort.DUE: (Key(_DUE, lambda task: task.due_at or _NO_DUE_DATE), _ID),
    TaskSort.PRIORITY: (Key(col(Task.priority), lambda task: task.priority, descending=True), _ID),
}


def _visible_to(user_id: str) -> ColumnElement[bool]:
    return or_(col(Task.owner_id) == user_id, col(Task.assignee_id) == user_id)


def _matching(user_id: str, condition: TaskFilter) -> list[ColumnElement[bool]]:
    conditions = [_visible_to(user_id)]
    if condition.status is not None:
        conditions.append(col(Task.status).in_(condition.status))
    if condition.text and condition.text.strip():
        words = (
            column.icontains(condition.text.strip(), autoescape=True)
            for column in (col(Task.title), col(Task.description))
        )
        conditions.append(or_(*words))
    if condition.label is not None:
        conditions.append(cast(col(Task.labels), String).contains(json.dumps(condition.label), autoescape=True))
    if condition.assignee_id is not None:
        conditions.append(col(Task.assignee_id) == condition.assignee_id)
    if condition.due_before is not None:
        conditions.append(col(Task.due_at) < condition.due_before)
    if condition.due_after is not None:
        conditions.append(col(Task.due_at) >= condition.due_after)
    return conditions


async def tasks_by_id(session: AsyncSession, user_id: str, ids: Collection[str]) -> dict[str, Task]:
    """The tasks with these ids that the user owns or is assigned to, by id."""
    found = await session.scalars(select(Task).where(col(Task.id).in_(ids), _visible_to(user_id)))
    return {task.id: task for task in found}


async def page_of_tasks(
    session: AsyncSession, user_id: str, page: PageRequest, condition: TaskFilter, sort: TaskSort
) -> Slice[Task]:
    """A page of the tasks that the user owns or is assigned to."""
    return await read_slice(session, select(Task).where(*_matching(user_id, condition)), _KEYS[sort], page)


async def count_tasks(session: AsyncSession, user_id: str, condition: TaskFilter) -> int:
    """The total number of tasks in the list of `page_of_tasks`."""
    counted = select(func.count()).select_from(Task).where(*_matching(user_id, condition))
    return int(await session.scalar(counted) or 0)


async def counts_by_status(session: AsyncSession, user_id: str) -> dict[str, int]:
    """The number of tasks per status that the user owns or is assigned to."""
    rows = await session.execute(
        select(col(Task.status), func.count()).where(_visible_to(user_id)).group_by(col(Task.status))
    )
    return {row[0]: row[1] for row in rows}


async def change_status(
    session: AsyncSession, task_id: str, before: TaskStatus, status: TaskStatus, at: datetime
) -> Task | None:
    """Change a task's status from `before` to `status`; None if its status is no longer `before`."""
    values = {"status": status.value, "updated_at": at, "completed_at": at if status is TaskStatus.DONE else None}
    statement = update(Task).where(col(Task.id) == task_id, col(Task.status) == before.value).values(**values)
    changed = statement.returning(Task).execution_options(populate_existing=True)
    return (await session.scalars(changed)).one_or_none()


async def remove(session: AsyncSession, task: Task) -> None:
    """Delete a task."""
    await session.delete(task)
    await session.flush()


async def delete_user_data(session: AsyncSession, user_id: str) -> list[Task]:
    """Delete and return the tasks that a user owns, and unassign the user from other tasks."""
    deleted = list(await session.scalars(delete(Task).where(col(Task.owner_id) == user_id).returning(Task)))
    await session.execute(update(Task).where(col(Task.assignee_id) == user_id).values(assignee_id=None))
    return deleted


async def any_task(session: AsyncSession) -> bool:
    """Whether any task exists."""
    return await session.scalar(select(col(Task.id)).limit(1)) is not None
