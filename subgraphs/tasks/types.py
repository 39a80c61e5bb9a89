"""GraphQL types of the tasks subgraph."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

import strawberry
from strawberry.types import Info

from hanse_subgraph.clock import in_utc
from hanse_subgraph.cooperative_execution import wait_for_time_slice
from hanse_subgraph.federation import Representation, ids_of
from hanse_subgraph.ids import known_id
from hanse_subgraph.list_size import list_size
from hanse_subgraph.pagination import (
    After,
    Before,
    Connection,
    First,
    Last,
    PageRequest,
    connect,
    connection_field,
    page_request,
)
from subgraphs.tasks import models
from subgraphs.tasks.loaders import TaskList, TasksContext
from subgraphs.tasks.repository import TaskFilter, TaskSort
from subgraphs.tasks.service import MAX_LABELS, TaskDetails

TasksInfo = Info[TasksContext, None]

strawberry.enum(models.TaskStatus, name="TaskStatus", description="The status of a task.")
strawberry.enum(models.TaskPriority, name="TaskPriority", description="The priority of a task.")
strawberry.enum(TaskSort, name="TaskSort", description="The order of a list of tasks.")


@strawberry.federation.type(keys=["id"], description="A task. Visible only to its owner and its assignee.")
class Task:
    """A task."""

    record: strawberry.Private[models.Task]

    @strawberry.field(description="The id of the task (UUID).")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.record.id)

    @strawberry.field(description="The title of the task.")
    def title(self) -> str:
        return self.record.title

    @strawberry.field(description="The description of the task.")
    def description(self) -> str:
        return self.record.description

    @strawberry.field(description="The status of the task.")
    def status(self) -> models.TaskStatus:
        return models.TaskStatus(self.record.status)

    @strawberry.field(
        description="The statuses that can follow the current one.", directives=[list_size(len(models.TaskStatus))]
    )
    def next_statuses(self) -> list[models.TaskStatus]:
        return sorted(models.TRANSITIONS[models.TaskStatus(self.record.status)])

    @strawberry.field(description="The priority of the task.")
    def priority(self) -> models.TaskPriority:
        return models.TaskPriority(self.record.priority)

    @strawberry.field(description="When it is due (UTC). Null if it has no due date.")
    def due_at(self) -> datetime | None:
        return self.record.due_at

    @strawberry.field(description="The labels of the task.", directives=[list_size(MAX_LABELS)])
    def labels(self) -> list[str]:
        return self.record.labels

    @strawberry.field(description="The owner of the task.")
    def owner(self) -> User:
        return User(id=strawberry.ID(self.record.owner_id))

    @strawberry.field(description="The assignee of the task. Null if unassigned.")
    def assignee(self) -> User | None:
        return User(id=strawberry.ID(self.record.assignee_id)) if self.record.assignee_id else None

    @strawberry.field(description="When it was created (UTC).")
    def created_at(self) -> datetime:
        return self.record.created_at

    @strawberry.field(description="When it was last updated (UTC).")
    def updated_at(self) -> datetime:
        return self.record.updated_at

    @strawberry.field(description="When it was completed (UTC). Null unless its status is DONE.")
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


@strawberry.input(description="Conditions for a list of tasks.")
class TaskFilterInput:
    status: list[models.TaskStatus] | None = strawberry.field(
        default=None, description="Only tasks with one of these statuses."
    )
    text: str | None = strawberry.field(default=None, description="Text contained in the title or the description.")
    label: str | None = strawberry.field(default=None, description="Only tasks with this label.")
    assignee_id: strawberry.ID | None = strawberry.field(default=None, description="Only tasks assigned to this user.")
    due_before: datetime | None = strawberry.field(default=None, description="Only tasks due before this time.")
    due_after: datetime | None = strawberry.field(default=None, description="Only tasks due at or after this time.")

    def to_domain(self) -> TaskFilter:
        """Convert to the filter of the repository. An invalid assignee id matches nothing."""
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


Filter = Annotated[TaskFilterInput | None, strawberry.argument(description="Conditions for the tasks.")]
Sort = Annotated[TaskSort, strawberry.argument(description="The order of the tasks.")]


async def page_of(
    info: TasksInfo, user_id: str, page: PageRequest, given: TaskFilterInput | None, sort: TaskSort
) -> Connection[Task]:
    """A page of the tasks that a user owns or is assigned to."""
    key = TaskList(user_id, page, (given or TaskFilterInput()).to_domain(), sort)
    piece = await info.context.pages.load(key)
    await wait_for_time_slice()
    return connect(piece, lambda record: Task(record=record), lambda: info.context.counts.load(key))


@strawberry.federation.type(keys=["id"], description="A user account.")
class User:
    """The tasks subgraph's part of the entity User."""

    id: strawberry.ID = strawberry.field(description="The id of the user (UUID).")

    @connection_field(description="The tasks that the user owns or is assigned to. Null unless the viewer is the user.")
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
        """A page of tasks; only for the caller, so a list of users causes at most one statement."""
        user_id = info.context.principal.user_id
        if user_id is None or known_id(str(self.id)) != user_id:
            return None
        return await page_of(info, user_id, page_request(first, after, last, before), filter, sort)

    @classmethod
    async def resolve_references(cls, info: TasksInfo, representations: list[Representation]) -> list[Self]:
        """Reference resolver: the users subgraph knows which users exist."""
        return [cls(id=strawberry.ID(user_id)) for user_id in ids_of(representations)]


@strawberry.type(description="The number of tasks with a status.")
class TaskCount:
    status: models.TaskStatus = strawberry.field(description="The status.")
    count: int = strawberry.field(description="The number of tasks.")


@strawberry.input(description="Input of `createTask`.")
class CreateTaskInput:
    title: str = strawberry.field(description="The title: 1 to 200 characters.")
    description: str = strawberry.field(default="", description="The description: up to 10,000 characters.")
    priority: models.TaskPriority = strawberry.field(
        default=models.TaskPriority.NORMAL, description="The priority of the task."
    )
    due_at: datetime | None = strawberry.field(default=None, description="When it is due.")
    labels: list[str] = strawberry.field(
        default_factory=list, description="The labels: at most 20, of 1 to 40 characters each."
    )
    assignee_id: strawberry.ID | None = strawberry.field(default=None, description="The id of the assignee.")

    def details(self) -> TaskDetails:
        """Convert to the input of the service."""
        due = in_utc(self.due_at) if self.due_at else None
        return TaskDetails(self.title, self.description, self.priority, due, labels=self.labels)


@strawberry.input(description="Input of `updateTask`. Omitted fields stay unchanged.")
class UpdateTaskInput:
    title: str | None = strawberry.field(default=None, description="The title of the task.")
    description: str | None = strawberry.field(default=None, description="The description.")
    priority: models.TaskPriority | None = strawberry.field(default=None, description="The priority of the task.")
    due_at: datetime | None = strawberry.field(default=None, description="When it is due.")
    clear_due: bool = strawberry.field(default=False, description="Whether to remove the due date.")
    labels: list[str] | None = strawberry.field(
        default=None, description="The labels: at most 20, of 1 to 40 characters each."
    )

    def details(self) -> TaskDetails:
        """Convert to the input of the service."""
        due = in_utc(self.due_at) if self.due_at else None
        return TaskDetails(self.title, self.description, self.priority, due, self.clear_due, self.labels)


TaskId = Annotated[strawberry.ID, strawberry.argument(description="The id of the task.")]
