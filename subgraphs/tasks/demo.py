"""Demo tasks, some assigned and with status changes."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.demo import DemoAction, DemoContext, DemoData, DemoWeek, SetClock
from subgraphs.tasks import repository
from subgraphs.tasks.models import TaskPriority, TaskStatus
from subgraphs.tasks.service import TaskDetails, Tasks

TASKS = 150  # at scale 1
VERBS = ("Load", "Unload", "Weigh", "Insure", "Inspect", "Price", "Photograph", "Ship", "Repair", "Count")
THINGS = ("salt", "amber", "timber", "wool", "herring", "copper", "wine", "rye", "furs", "wax")
LABELS = ("harbour", "office", "market", "ship", "warehouse")
STATUS_CHANGES: tuple[tuple[TaskStatus, ...], ...] = (
    (),
    (),
    (TaskStatus.IN_PROGRESS,),
    (TaskStatus.IN_PROGRESS, TaskStatus.DONE),
    (TaskStatus.IN_PROGRESS, TaskStatus.DONE),
    (TaskStatus.CANCELLED,),
)
Run = Callable[[AsyncSession], Awaitable[object]]


class TasksDemo(DemoData):
    """The demo data of the tasks subgraph."""

    async def is_empty(self, session: AsyncSession) -> bool:
        """Whether there is no task yet."""
        return not await repository.any_task(session)

    async def actions(self, context: DemoContext) -> list[DemoAction]:
        """The tasks and their status changes."""
        return actions(context.week, context.clock)


def actions(week: DemoWeek, clock: SetClock) -> list[DemoAction]:
    """Create tasks and change their status; some are owned by the demo login or assigned to it."""
    tasks, generator, found = Tasks(clock=clock), week.generator("tasks"), []
    for number, at in enumerate(week.times("task", TASKS * week.scale)):
        task_id = week.id("task", number)
        owner, assignee = week.random_user(generator, at), generator.choice((None, week.random_user(generator, at)))
        if number < TASKS and number % 15 == 0:
            owner = week.user_ids[0]
        if number < TASKS and number % 15 == 7:
            assignee = week.user_ids[0]
        due = timedelta(days=generator.randrange(-3, 15)) if generator.random() < 0.7 else None
        details = _details(generator, week.end.replace(microsecond=0) + due if due is not None else None)
        found.append(DemoAction(at, owner, _creates(tasks, owner, details, assignee, task_id)))
        for status in generator.choice(STATUS_CHANGES):
            at = week.later(generator, at, timedelta(days=2))
            found.append(DemoAction(at, assignee or owner, _change_status(tasks, assignee or owner, task_id, status)))
    return found


def _creates(tasks: Tasks, owner_id: str, details: TaskDetails, assignee_id: str | None, task_id: str) -> Run:
    return lambda session: tasks.create(session, owner_id, details, assignee_id=assignee_id, task_id=task_id)


def _change_status(tasks: Tasks, user_id: str, task_id: str, status: TaskStatus) -> Run:
    return lambda session: tasks.change_status(session, user_id, task_id, status)


def _details(generator: random.Random, due_at: datetime | None) -> TaskDetails:
    thing = generator.choice(THINGS)
    return TaskDetails(
        title=f"{generator.choice(VERBS)} the {thing}",
        description=f"All of the {thing}, before the tide turns.",
        priority=generator.choice(tuple(TaskPriority)),
        due_at=due_at,
        labels=sorted(generator.sample(LABELS, generator.randrange(3))),
    )
