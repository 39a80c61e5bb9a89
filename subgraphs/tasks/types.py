"""GraphQL types of the tasks subgraph."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

import strawberry
from strawberry.types import Info

from hanse_subgraph.clock import in_utc
from hanse_subgraph.federation import Representation, ids_of
from hanse_subgraph.ids import known_id
from hanse_subgraph.pagination import After, Before, Connection, First, Last, PageRequest, connect, page_request
from subgraphs.tasks import models
from subgraphs.tasks.loaders import TaskList, TasksContext
from subgraphs.tasks.repository import TaskFilter, TaskSort
from subgraphs.tasks.service import TaskDetails

TasksInfo = Info[TasksContext, None]

strawberry.enum(models.TaskStatus, name="TaskStatus", description="How far a task is.")
strawberry.enum(models.TaskPriority, name="TaskPriority", description="How much a task matters.")
strawberry.enum(TaskSort, name="TaskSort", description="How a list of tasks is sorted.")


@strawberry.federation.type(keys=["id"], description="Something to be done. Only its owner and its assignee see it.")
class Task:
    """A task."""

    record: strawberry.Private[models.Task]

    @strawberry.field(description="The id of the task (UUID).")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.record.id)

    @strawberry.field(description="What is to be done.")
    def title(self) -> str:
        return self.record.title

    @strawberry.field(description="What else there is to say of it.")
    def description(self) -> str:
        return self.record.description

    @strawberry.field(description="How far it is.")
    def status(self) -> models.TaskStatus:
        return models.TaskStatus(self.record.status)

    @strawberry.field(description="What its status may become.")
    def next_statuses(self) -> list[models.TaskStatus]:
        return sorted(models.MOVES[models.TaskStatus(self.record.status)])

    @strawberry.field(description="How much it matters.")
    def priority(self) -> models.TaskPriority:
        return models.TaskPriority(self.record.priority)

    @strawberry.field(description="Until when it is to be done (UTC).")
    def due_at(self) -> datetime | None:
        return self.record.due_at

    @strawberry.field(description="Words to sort it by.")
    def labels(self) -> list[str]:
        return self.record.labels

    @strawberry.field(description="Whose task it is.")
    def owner(self) -> User:
        return User(id=strawberry.ID(self.record.owner_id))

    @strawberry.field(description="Who is to do it; null: nobody in particular.")
    def assignee(self) -> User | None:
        return User(id=strawberry.ID(self.record.assignee_id)) if self.record.assignee_id else None

    @strawberry.field(description="When it was made (UTC).")
    def created_at(self) -> datetime:
        return self.record.created_at

    @strawberry.field(description="When it was last changed (UTC).")
    def updated_at(self) -> datetime:
        return self.record.updated_at

    @strawberry.field(description="When it was done (UTC); null: it is not.")
    def completed_at(self) -> datetime | None:
        return self.record.completed_at

    @classmethod
    def of(cls, record: models.Task | None) -> Self | None:
        """Build the GraphQL type from a row."""
        return None if record is None else cls(record=record)

    @classmethod
    async def resolve_references(cls, info: TasksInfo, representations: list[Representation]) -> list[Self | None]:
        """Reference resolver: load the tasks by id in one statement."""
        return [cls.of(record) for record in await info.context.tasks_of(ids_of(representations))]


@strawberry.input(description="Which tasks a list holds; what is not given does not matter.")
class TaskFilterInput:
    """Becomes a TaskFilter."""

    status: list[models.TaskStatus] | None = strawberry.field(default=None, description="Only of these statuses.")
    text: str | None = strawberry.field(default=None, description="A part of the title or the description.")
    label: str | None = strawberry.field(default=None, description="Only with this label.")
    assignee_id: strawberry.ID | None = strawberry.field(default=None, description="Only for this user to do.")
    due_before: datetime | None = strawberry.field(default=None, description="Only due earlier than this.")
    due_after: datetime | None = strawberry.field(default=None, description="Only due at this moment or later.")

    def to_domain(self) -> TaskFilter:
        """As the repository takes it. An assignee who cannot be matches nothing."""
        nobody = "00000000-0000-0000-0000-000000000000"
        assignee = (known_id(str(self.assignee_id)) or nobody) if self.assignee_id is not None else None
        return TaskFilter(
            status=tuple(status.value for status in self.status) if self.status is not None else None,
            text=self.text,
            label=self.label,
            assignee_id=assignee,
            due_before=in_utc(self.due_before) if self.due_before else None,
            due_after=in_utc(self.due_after) if self.due_after else None,
        )


Filter = Annotated[TaskFilterInput | None, strawberry.argument(description="What else to go by.")]
Sort = Annotated[TaskSort, strawberry.argument(description="How they are sorted.")]


async def page_of(
    info: TasksInfo, user_id: str, page: PageRequest, given: TaskFilterInput | None, sort: TaskSort
) -> Connection[Task]:
    """A page of the tasks that a user owns or is to do."""
    asked = TaskList(user_id, page, (given or TaskFilterInput()).to_domain(), sort)
    piece = await info.context.pages.load(asked)
    return connect(piece, lambda record: Task(record=record), lambda: info.context.counts.load(asked))


@strawberry.federation.type(keys=["id"], description="A user account.")
class User:
    """A user as the tasks know one."""

    id: strawberry.ID = strawberry.field(description="The id of the user (UUID).")

    @strawberry.field(description="What the user owns or is to do. Private: null for everybody else.")
    async def tasks(
        self,
        info: TasksInfo,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Filter = None,
        sort: Sort = TaskSort.NEWEST,
    ) -> Connection[Task] | None:
        """A page; only the caller's own, so that a list of users takes one statement at most."""
        user_id = info.context.principal.user_id
        if user_id is None or known_id(str(self.id)) != user_id:
            return None
        return await page_of(info, user_id, page_request(first, after, last, before), filter, sort)

    @classmethod
    async def resolve_references(cls, info: TasksInfo, representations: list[Representation]) -> list[Self]:
        """Users by their id; whether there are such, the users subgraph knows."""
        return [cls(id=strawberry.ID(user_id)) for user_id in ids_of(representations)]


@strawberry.type(description="How many tasks have a status.")
class TaskCount:
    """A status and a number."""

    status: models.TaskStatus = strawberry.field(description="The status.")
    count: int = strawberry.field(description="How many tasks have it.")


@strawberry.input(description="A new task.")
class CreateTaskInput:
    """Becomes TaskDetails."""

    title: str = strawberry.field(description="What is to be done: 1 to 200 characters.")
    description: str = strawberry.field(default="", description="What else there is to say; up to 10,000 characters.")
    priority: models.TaskPriority = strawberry.field(
        default=models.TaskPriority.NORMAL, description="How much it matters."
    )
    due_at: datetime | None = strawberry.field(default=None, description="Until when it is to be done.")
    labels: list[str] = strawberry.field(default_factory=list, description="Words to sort it by; at most 20.")
    assignee_id: strawberry.ID | None = strawberry.field(default=None, description="Who is to do it.")

    def details(self) -> TaskDetails:
        """Convert to the input of the service."""
        due = in_utc(self.due_at) if self.due_at else None
        return TaskDetails(self.title, self.description, self.priority, due, labels=self.labels)


@strawberry.input(description="What changes in a task; what is not given stays.")
class UpdateTaskInput:
    """Becomes TaskDetails."""

    title: str | None = strawberry.field(default=None, description="What is to be done.")
    description: str | None = strawberry.field(default=None, description="What else there is to say.")
    priority: models.TaskPriority | None = strawberry.field(default=None, description="How much it matters.")
    due_at: datetime | None = strawberry.field(default=None, description="Until when it is to be done.")
    clear_due: bool = strawberry.field(default=False, description="Whether the due date goes.")
    labels: list[str] | None = strawberry.field(default=None, description="Words to sort it by; at most 20.")

    def details(self) -> TaskDetails:
        """Convert to the input of the service."""
        due = in_utc(self.due_at) if self.due_at else None
        return TaskDetails(self.title, self.description, self.priority, due, self.clear_due, self.labels)


TaskId = Annotated[strawberry.ID, strawberry.argument(description="The id of the task.")]
