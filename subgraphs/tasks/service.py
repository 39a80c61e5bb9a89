"""Tasks. Services flush; the resolver commits.

A task is visible only to its owner and its assignee. The owner can change everything, the assignee only the status.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.errors import Forbidden, NotFound, Problems
from hanse_subgraph.events.outbox import emit
from hanse_subgraph.ids import known_id, new_id, parse_id
from subgraphs.tasks import repository
from subgraphs.tasks.errors import InvalidStatusChange
from subgraphs.tasks.events import TaskAssigned, TaskCreated, TaskDeleted, TaskStatusChanged, TaskUpdated
from subgraphs.tasks.models import TRANSITIONS, Task, TaskPriority, TaskStatus

MAX_LABELS = 20


@dataclass(frozen=True, slots=True)
class TaskDetails:
    """The editable fields of a task. None leaves a field unchanged; `clear_due` removes the due date."""

    title: str | None = None
    description: str | None = None
    priority: TaskPriority | None = None
    due_at: datetime | None = None
    clear_due: bool = False
    labels: list[str] | None = None

    def check(self) -> None:
        """Raises BadInput with one problem per invalid field."""
        problems = Problems()
        problems.text("title", self.title, min_length=1, max_length=200)
        problems.text("description", self.description, max_length=10_000)
        labels = self.labels or ()
        if len(labels) > MAX_LABELS or any(not 0 < len(label) <= 40 for label in labels):
            problems.add("labels", "INVALID", f"labels can have at most {MAX_LABELS} items of 1 to 40 characters.")
        problems.raise_if_any()

    def values(self) -> dict[str, Any]:
        """The columns to set, with their values."""
        given = {
            "title": self.title.strip() if self.title is not None else None,
            "description": self.description,
            "priority": int(self.priority) if self.priority is not None else None,
            "labels": sorted(set(self.labels)) if self.labels is not None else None,
            "due_at": self.due_at,
        }
        values = {name: value for name, value in given.items() if value is not None}
        return values | {"due_at": None} if self.clear_due else values


class Tasks:
    """Creates, changes and deletes tasks."""

    def __init__(self, *, clock: Clock = utc_now) -> None:
        self._clock = clock

    async def create(
        self,
        session: AsyncSession,
        owner_id: str,
        details: TaskDetails,
        *,
        assignee_id: str | None = None,
        task_id: str | None = None,
    ) -> Task:
        """Create a task with the status TODO. Raises BadInput."""
        details.check()
        assignee = parse_assignee(assignee_id)
        now = self._clock()
        values = {"description": "", "priority": int(TaskPriority.NORMAL), "labels": [], **details.values()}
        task = Task(
            id=task_id or new_id(),
            owner_id=owner_id,
            assignee_id=assignee,
            status=TaskStatus.TODO.value,
            created_at=now,
            updated_at=now,
            **values,
        )
        session.add(task)
        await session.flush()
        await emit(
            session,
            TaskCreated(
                id=task.id,
                owner_id=owner_id,
                title=task.title,
                assignee_id=assignee,
                status=task.status,
                priority=TaskPriority(task.priority).name.lower(),
                due_at=task.due_at,
            ),
        )
        if assignee is not None:
            await self._emit_assigned(session, task)
        return task

    async def update(self, session: AsyncSession, user_id: str, task_id: str, details: TaskDetails) -> Task:
        """Update a task, as its owner. Raises BadInput, NotFound, Forbidden."""
        details.check()
        task = await self._owned(session, user_id, task_id)
        changed = sorted(name for name, value in details.values().items() if getattr(task, name) != value)
        for name in changed:
            setattr(task, name, details.values()[name])
        task.updated_at = self._clock()
        await session.flush()
        await emit(session, TaskUpdated(id=task.id, owner_id=task.owner_id, title=task.title, changed=changed))
        return task

    async def assign(self, session: AsyncSession, user_id: str, task_id: str, assignee_id: str | None) -> Task:
        """Assign a task to a user or to nobody, as its owner. Raises BadInput, NotFound, Forbidden."""
        assignee = parse_assignee(assignee_id)
        task = await self._owned(session, user_id, task_id)
        if task.assignee_id != assignee:
            task.assignee_id, task.updated_at = assignee, self._clock()
            await session.flush()
            await self._emit_assigned(session, task)
        return task

    async def change_status(self, session: AsyncSession, user_id: str, task_id: str, status: TaskStatus) -> Task:
        """Change a task's status, as owner or assignee. Raises NotFound, InvalidStatusChange."""
        task = await self._visible(session, user_id, task_id)
        before = TaskStatus(task.status)
        if status is before:
            return task
        if status not in TRANSITIONS[before]:
            raise InvalidStatusChange(before, status)
        changed = await repository.change_status(session, task.id, before, status, self._clock())
        if changed is None:
            raise InvalidStatusChange(before, status)
        await emit(
            session,
            TaskStatusChanged(
                id=changed.id, owner_id=changed.owner_id, title=changed.title, before=before.value, status=status.value
            ),
        )
        return changed

    async def delete(self, session: AsyncSession, user_id: str, task_id: str) -> None:
        """Delete a task, as its owner. Raises NotFound, Forbidden."""
        task = await self._owned(session, user_id, task_id)
        await repository.remove(session, task)
        await emit(session, TaskDeleted(id=task.id, owner_id=task.owner_id, title=task.title, status=task.status))

    async def delete_user_data(self, session: AsyncSession, user_id: str) -> None:
        """Delete the tasks of a deleted user, and unassign the user from other tasks."""
        for task in await repository.delete_user_data(session, user_id):
            await emit(session, TaskDeleted(id=task.id, owner_id=user_id, title=task.title, status=task.status))

    async def _visible(self, session: AsyncSession, user_id: str, task_id: str) -> Task:
        canonical_id = parse_id(task_id, "Task")
        task = (await repository.tasks_by_id(session, user_id, [canonical_id])).get(canonical_id)
        if task is None:
            raise NotFound("Task")
        return task

    async def _owned(self, session: AsyncSession, user_id: str, task_id: str) -> Task:
        task = await self._visible(session, user_id, task_id)
        if task.owner_id != user_id:
            raise Forbidden("Only the owner of a task can do this. The assignee can change its status.")
        return task

    @staticmethod
    async def _emit_assigned(session: AsyncSession, task: Task) -> None:
        await emit(
            session,
            TaskAssigned(
                id=task.id, owner_id=task.owner_id, title=task.title, assignee_id=task.assignee_id, due_at=task.due_at
            ),
        )


def parse_assignee(user_id: str | None) -> str | None:
    """Normalize a user id. Raises BadInput if it is not a UUID."""
    problems = Problems()
    canonical_id = known_id(user_id) if user_id is not None else None
    if user_id is not None and canonical_id is None:
        problems.add("assigneeId", "INVALID", "assigneeId is not a valid user id.")
    problems.raise_if_any()
    return canonical_id
