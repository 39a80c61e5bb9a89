"""The tables of the tasks subgraph."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum

from sqlalchemy import JSON, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from hanse_subgraph.db import id_field, moment_field


class Base(SQLModel, registry=registry()):
    """Base class of the tables; its own registry keeps their metadata apart from other subgraphs."""


class TaskStatus(StrEnum):
    """The status of a task."""

    TODO = "todo"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CANCELLED = "cancelled"


# The statuses that can follow each status.
TRANSITIONS: dict[TaskStatus, frozenset[TaskStatus]] = {
    TaskStatus.TODO: frozenset({TaskStatus.IN_PROGRESS, TaskStatus.CANCELLED}),
    TaskStatus.IN_PROGRESS: frozenset({TaskStatus.TODO, TaskStatus.DONE, TaskStatus.CANCELLED}),
    TaskStatus.DONE: frozenset({TaskStatus.IN_PROGRESS}),
    TaskStatus.CANCELLED: frozenset({TaskStatus.TODO}),
}


class TaskPriority(IntEnum):
    """The priority of a task."""

    LOW = 1
    NORMAL = 2
    HIGH = 3
    URGENT = 4


class Task(Base, table=True):
    """A task. Distribution key: owner_id."""

    __tablename__ = "tasks"

    id: str = id_field(primary_key=True)
    owner_id: str = id_field(index=True)
    assignee_id: str | None = id_field(default=None, index=True)
    title: str = Field(max_length=200)
    description: str = Field(sa_type=Text)
    status: str = Field(max_length=16)
    priority: int
    due_at: datetime | None = moment_field(default=None)
    labels: list[str] = Field(sa_type=JSON)
    created_at: datetime = moment_field()
    updated_at: datetime = moment_field()
    completed_at: datetime | None = moment_field(default=None)
