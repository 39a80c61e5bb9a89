"""Demo tasks: made through the same verbs as real ones, so that their events flow."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from shared.clock import utc_now
from shared.demo import demo_id, demo_user_ids
from shared.subgraph_app import SubgraphApp
from subgraphs.tasks import repository
from subgraphs.tasks.models import TaskPriority, TaskStatus
from subgraphs.tasks.service import TaskDetails, Tasks

VERBS = ("Load", "Unload", "Weigh", "Insure", "Inspect", "Price", "Photograph", "Ship", "Repair", "Count")
THINGS = ("salt", "amber", "timber", "wool", "herring", "copper", "wine", "rye", "furs", "wax")
LABELS = ("harbour", "office", "market", "ship", "warehouse")


@dataclass(frozen=True, slots=True)
class Plan:
    """A task to be made, and the way that it goes then."""

    owner_id: str
    assignee_id: str | None
    details: TaskDetails
    due_in: timedelta | None
    way: tuple[TaskStatus, ...]


WAYS: tuple[tuple[TaskStatus, ...], ...] = (
    (),
    (),
    (TaskStatus.IN_PROGRESS,),
    (TaskStatus.IN_PROGRESS, TaskStatus.DONE),
    (TaskStatus.CANCELLED,),
)


async def fill(app: SubgraphApp, *, seed: int = 1, scale: int = 1) -> int:
    """Make 150 tasks times `scale` where there are none; how many were made. The app must have started."""
    async with app.database.reading() as session:
        if await repository.any_task(session):
            return 0
    tasks, made = Tasks(), plans(seed, scale)
    async with app.database.writing() as session:
        for number, plan in enumerate(made):
            details = plan.details
            due = utc_now().replace(microsecond=0) + plan.due_in if plan.due_in is not None else None
            task = await tasks.create(
                session,
                plan.owner_id,
                TaskDetails(details.title, details.description, details.priority, due, labels=details.labels),
                assignee_id=plan.assignee_id,
                task_id=demo_id(seed, "task", number),
            )
            for status in plan.way:
                await tasks.move(session, plan.owner_id, task.id, status)
    app.wake_relay()
    return len(made)


def plans(seed: int, scale: int) -> list[Plan]:
    """The tasks; some of them of the demo login, which is given some by others too."""
    chance, people = random.Random(f"{seed}/tasks"), demo_user_ids(seed, scale)
    return [_plan(chance, people, number) for number in range(150 * scale)]


def _plan(chance: random.Random, people: list[str], number: int) -> Plan:
    thing = chance.choice(THINGS)
    details = TaskDetails(
        title=f"{chance.choice(VERBS)} the {thing}",
        description=f"All of the {thing}, before the tide turns.",
        priority=chance.choice(tuple(TaskPriority)),
        labels=sorted(chance.sample(LABELS, chance.randrange(3))),
    )
    owner = people[0] if number % 15 == 0 else chance.choice(people)
    assignee = people[0] if number % 15 == 7 else chance.choice((None, *people))
    due = timedelta(days=chance.randrange(-3, 15)) if chance.random() < 0.7 else None
    return Plan(owner, assignee, details, due, chance.choice(WAYS))
