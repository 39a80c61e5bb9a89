"""GraphQL queries and mutations of the tasks subgraph."""

from __future__ import annotations

from typing import Annotated

import strawberry

from hanse_subgraph.federation import SubgraphSchema
from hanse_subgraph.list_size import list_size
from hanse_subgraph.pagination import After, Before, Connection, First, Last, connection_field, page_request
from subgraphs.tasks import repository
from subgraphs.tasks.models import TaskStatus
from subgraphs.tasks.repository import TaskSort
from subgraphs.tasks.types import (
    CreateTaskInput,
    Filter,
    Sort,
    Task,
    TaskCount,
    TaskId,
    TasksInfo,
    UpdateTaskInput,
    User,
    page_of,
)

WRITE = "tasks:write"


@strawberry.type(description="Root type for reading data.")
class Query:
    """Queries of the tasks subgraph."""

    @connection_field(
        description="The tasks that the caller owns or is assigned to. Requires authentication.", authenticated=True
    )
    async def my_tasks(
        self,
        info: TasksInfo,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Filter = None,
        sort: Sort = TaskSort.NEWEST,
    ) -> Connection[Task]:
        user_id = info.context.principal.require_user()
        return await page_of(info, user_id, page_request(first, after, last, before), filter, sort)

    @strawberry.federation.field(
        description="Look up a task by id. Null if there is none or the caller is neither its owner nor its assignee. "
        "Requires authentication.",
        authenticated=True,
    )
    async def task(self, info: TasksInfo, id: TaskId) -> Task | None:
        info.context.principal.require_user()
        return Task.of(await info.context.task(id))

    @strawberry.federation.field(
        description="The number of the caller's tasks per status, including zeros. Requires authentication.",
        authenticated=True,
        directives=[list_size(len(TaskStatus))],
    )
    async def tasks_by_status(self, info: TasksInfo) -> list[TaskCount]:
        user_id = info.context.principal.require_user()
        async with info.context.session() as session:
            counts = await repository.counts_by_status(session, user_id)
        return [TaskCount(status=status, count=counts.get(status.value, 0)) for status in TaskStatus]


@strawberry.type(description="Root type for changing data.")
class Mutation:
    """Mutations of the tasks subgraph."""

    @strawberry.federation.mutation(
        description="Create a task with the caller as its owner. Requires the scope tasks:write.",
        requires_scopes=[[WRITE]],
    )
    async def create_task(
        self, info: TasksInfo, input: Annotated[CreateTaskInput, strawberry.argument(description="The new task.")]
    ) -> Task:
        owner_id = info.context.principal.require_scope(WRITE)
        assignee_id = str(input.assignee_id) if input.assignee_id is not None else None
        async with info.context.change() as session:
            tasks = info.context.tasks
            return Task(record=await tasks.create(session, owner_id, input.details(), assignee_id=assignee_id))

    @strawberry.federation.mutation(
        description="Update a task. Requires the scope tasks:write, and the caller to be the owner.",
        requires_scopes=[[WRITE]],
    )
    async def update_task(
        self,
        info: TasksInfo,
        id: TaskId,
        input: Annotated[UpdateTaskInput, strawberry.argument(description="The fields to change.")],
    ) -> Task:
        user_id = info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            return Task(record=await info.context.tasks.update(session, user_id, id, input.details()))

    @strawberry.federation.mutation(
        description="Change the status of a task to one of its `nextStatuses`. Requires the scope tasks:write, and the "
        "caller to be the owner or the assignee.",
        requires_scopes=[[WRITE]],
    )
    async def change_task_status(
        self,
        info: TasksInfo,
        id: TaskId,
        status: Annotated[TaskStatus, strawberry.argument(description="The new status.")],
    ) -> Task:
        user_id = info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            return Task(record=await info.context.tasks.change_status(session, user_id, id, status))

    @strawberry.federation.mutation(
        description="Assign a task to a user. Requires the scope tasks:write, and the caller to be the owner.",
        requires_scopes=[[WRITE]],
    )
    async def assign_task(
        self,
        info: TasksInfo,
        id: TaskId,
        assignee_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="The id of the assignee. Null to unassign the task.")
        ] = None,
    ) -> Task:
        user_id = info.context.principal.require_scope(WRITE)
        assignee = str(assignee_id) if assignee_id is not None else None
        async with info.context.change() as session:
            return Task(record=await info.context.tasks.assign(session, user_id, id, assignee))

    @strawberry.federation.mutation(
        description="Delete a task. Requires the scope tasks:write, and the caller to be the owner.",
        requires_scopes=[[WRITE]],
    )
    async def delete_task(self, info: TasksInfo, id: TaskId) -> bool:
        user_id = info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            await info.context.tasks.delete(session, user_id, id)
        return True


graph = SubgraphSchema(query=Query, mutation=Mutation, types=[User])
