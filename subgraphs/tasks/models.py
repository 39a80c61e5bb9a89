"""The tables of the tasks subgraph."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum

from sqlalchemy import JSON, MetaData, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Tables, id_column


class Base(Tables):
    """These tables' own register."""

    __abstract__ = True
    metadata = MetaData()


class TaskStatus(StrEnum):
    """How far a task is."""

    TODO = "todo"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CANCELLED = "cancelled"


# From each status, the ones that may follow.
MOVES: dict[TaskStatus, frozenset[TaskStatus]] = {
    TaskStatus.TODO: frozenset({TaskStatus.IN_PROGRESS, TaskStatus.CANCELLED}),
    TaskStatus.IN_PROGRESS: frozenset({TaskStatus.TODO, TaskStatus.DONE, TaskStatus.CANCELLED}),
    TaskStatus.DONE: frozenset({TaskStatus.IN_PROGRESS}),
    TaskStatus.CANCELLED: frozenset({TaskStatus.TODO}),
}


class TaskPriority(IntEnum):
    """How much a task matters."""

    LOW = 1
    NORMAL = 2
    HIGH = 3
    URGENT = 4


class Task(Base):
    """Something to be done. Distribution key: owner_id."""

    __tablename__ = "tasks"

    id: Mapped[str] = id_column(primary_key=True)
    owner_id: Mapped[str] = id_column(index=True)
    assignee_id: Mapped[str | None] = id_column(index=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16))
    priority: Mapped[int]
    due_at: Mapped[datetime | None]
    labels: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
