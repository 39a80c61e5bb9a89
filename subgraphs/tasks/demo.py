"""Demo tasks: made, given to somebody, and moved along."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.demo import Act, DemoContext, DemoData, SetClock, Week
from subgraphs.tasks import repository
from subgraphs.tasks.models import TaskPriority, TaskStatus
from subgraphs.tasks.service import TaskDetails, Tasks

TASKS = 150  # at scale 1
VERBS = ("Load", "Unload", "Weigh", "Insure", "Inspect", "Price", "Photograph", "Ship", "Repair", "Count")
THINGS = ("salt", "amber", "timber", "wool", "herring", "copper", "wine", "rye", "furs", "wax")
LABELS = ("harbour", "office", "market", "ship", "warehouse")
WAYS: tuple[tuple[TaskStatus, ...], ...] = (
    (),
    (),
    (TaskStatus.IN_PROGRESS,),
    (TaskStatus.IN_PROGRESS, TaskStatus.DONE),
    (TaskStatus.IN_PROGRESS, TaskStatus.DONE),
    (TaskStatus.CANCELLED,),
)
Do = Callable[[AsyncSession], Awaitable[object]]


class TasksDemo(DemoData):
    """The demo data of the tasks subgraph."""

    async def is_empty(self, session: AsyncSession) -> bool:
        """Whether there is no task yet."""
        return not await repository.any_task(session)

    async def acts(self, context: DemoContext) -> list[Act]:
        """The tasks, and what becomes of them."""
        return acts(context.week, context.clock)


def acts(week: Week, clock: SetClock) -> list[Act]:
    """The tasks, and what becomes of them; some are the demo login's, who is given some by others too."""
    tasks, chance, found = Tasks(clock=clock), week.chance("tasks"), []
    for number, at in enumerate(week.moments("task", TASKS * week.scale)):
        task_id = week.id("task", number)
        owner, assignee = week.somebody(chance, at), chance.choice((None, week.somebody(chance, at)))
        if number < TASKS and number % 15 == 0:
            owner = week.user_ids[0]
        if number < TASKS and number % 15 == 7:
            assignee = week.user_ids[0]
        due = timedelta(days=chance.randrange(-3, 15)) if chance.random() < 0.7 else None
        details = _details(chance, week.end.replace(microsecond=0) + due if due is not None else None)
        found.append(Act(at, owner, _creates(tasks, owner, details, assignee, task_id)))
        for status in chance.choice(WAYS):
            at = week.later(chance, at, timedelta(days=2))
            found.append(Act(at, assignee or owner, _moves(tasks, assignee or owner, task_id, status)))
    return found


def _creates(tasks: Tasks, owner_id: str, details: TaskDetails, assignee_id: str | None, task_id: str) -> Do:
    return lambda session: tasks.create(session, owner_id, details, assignee_id=assignee_id, task_id=task_id)


def _moves(tasks: Tasks, user_id: str, task_id: str, status: TaskStatus) -> Do:
    return lambda session: tasks.change_status(session, user_id, task_id, status)


def _details(chance: random.Random, due_at: datetime | None) -> TaskDetails:
    thing = chance.choice(THINGS)
    return TaskDetails(
        title=f"{chance.choice(VERBS)} the {thing}",
        description=f"All of the {thing}, before the tide turns.",
        priority=chance.choice(tuple(TaskPriority)),
        due_at=due_at,
        labels=sorted(chance.sample(LABELS, chance.randrange(3))),
    )
