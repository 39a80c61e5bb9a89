"""The business verbs of the tasks subgraph. They flush; the edge commits.

Owner and assignee see a task; for all others there is none. The owner may do everything, the assignee move it on.
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
from subgraphs.tasks.errors import IllegalMove
from subgraphs.tasks.events import TaskAssigned, TaskCreated, TaskDeleted, TaskStatusChanged, TaskUpdated
from subgraphs.tasks.models import MOVES, Task, TaskPriority, TaskStatus

MOST_LABELS = 20


@dataclass(frozen=True, slots=True)
class TaskDetails:
    """What can be said of a task; None leaves it as it is. `clear_due` removes the due date."""

    title: str | None = None
    description: str | None = None
    priority: TaskPriority | None = None
    due_at: datetime | None = None
    clear_due: bool = False
    labels: list[str] | None = None

    def check(self) -> None:
        """Raises BadInput with everything that does not keep the rules."""
        problems = Problems()
        problems.text("title", self.title, least=1, most=200)
        problems.text("description", self.description, most=10_000)
        labels = self.labels or ()
        if len(labels) > MOST_LABELS or any(not 0 < len(label) <= 40 for label in labels):
            problems.add("labels", "INVALID", f"labels are at most {MOST_LABELS}, of 1 to 40 characters each.")
        problems.raise_if_any()

    def values(self) -> dict[str, Any]:
        """The columns that it sets."""
        plain = {
            "title": self.title.strip() if self.title is not None else None,
            "description": self.description,
            "priority": int(self.priority) if self.priority is not None else None,
            "labels": sorted(set(self.labels)) if self.labels is not None else None,
            "due_at": self.due_at,
        }
        values = {name: value for name, value in plain.items() if value is not None}
        return values | {"due_at": None} if self.clear_due else values


class Tasks:
    """What can be done with tasks."""

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
        """A new task, to be done. Raises BadInput."""
        details.check()
        assignee = checked_user(assignee_id)
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
            await self._tell_assignee(session, task)
        return task

    async def update(self, session: AsyncSession, user_id: str, task_id: str, details: TaskDetails) -> Task:
        """Change what a task says; for its owner. Raises BadInput, NotFound, Forbidden."""
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
        """Give a task to somebody, or to nobody; for its owner. Raises BadInput, NotFound, Forbidden."""
        assignee = checked_user(assignee_id)
        task = await self._owned(session, user_id, task_id)
        if task.assignee_id != assignee:
            task.assignee_id, task.updated_at = assignee, self._clock()
            await session.flush()
            await self._tell_assignee(session, task)
        return task

    async def move(self, session: AsyncSession, user_id: str, task_id: str, status: TaskStatus) -> Task:
        """Change a task's status; for owner and assignee. Raises NotFound, IllegalMove."""
        task = await self._visible(session, user_id, task_id)
        before = TaskStatus(task.status)
        if status is before:
            return task
        moved = (
            await repository.move(session, task.id, before, status, self._clock()) if status in MOVES[before] else None
        )
        if moved is None:
            raise IllegalMove(before, status)
        await emit(
            session,
            TaskStatusChanged(
                id=moved.id, owner_id=moved.owner_id, title=moved.title, before=before.value, status=status.value
            ),
        )
        return moved

    async def delete(self, session: AsyncSession, user_id: str, task_id: str) -> None:
        """Remove a task; for its owner. Raises NotFound, Forbidden."""
        task = await self._owned(session, user_id, task_id)
        await repository.remove(session, task)
        await emit(session, TaskDeleted(id=task.id, owner_id=task.owner_id, title=task.title, status=task.status))

    async def forget_user(self, session: AsyncSession, user_id: str) -> None:
        """Nothing of a user who has left stays: their tasks go, and those given to them are for nobody."""
        for task in await repository.forget_user(session, user_id):
            await emit(session, TaskDeleted(id=task.id, owner_id=user_id, title=task.title, status=task.status))

    async def _visible(self, session: AsyncSession, user_id: str, task_id: str) -> Task:
        known = parse_id(task_id, "Task")
        task = (await repository.tasks_by_id(session, user_id, [known])).get(known)
        if task is None:
            raise NotFound("Task")
        return task

    async def _owned(self, session: AsyncSession, user_id: str, task_id: str) -> Task:
        task = await self._visible(session, user_id, task_id)
        if task.owner_id != user_id:
            raise Forbidden("Only the owner may do this; the assignee may change the status.")
        return task

    @staticmethod
    async def _tell_assignee(session: AsyncSession, task: Task) -> None:
        await emit(
            session,
            TaskAssigned(
                id=task.id, owner_id=task.owner_id, title=task.title, assignee_id=task.assignee_id, due_at=task.due_at
            ),
        )


def checked_user(user_id: str | None) -> str | None:
    """A user's id in its canonical form. Raises BadInput where it is no id at all."""
    problems = Problems()
    known = known_id(user_id) if user_id is not None else None
    if user_id is not None and known is None:
        problems.add("assigneeId", "INVALID", "assigneeId is no user's id.")
    problems.raise_if_any()
    return known
