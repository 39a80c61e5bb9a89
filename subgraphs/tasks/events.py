"""The events that the tasks subgraph publishes."""

from __future__ import annotations

from typing import ClassVar

from hanse_subgraph.events.data import EventData, Moment, Personal, Uuid


class _TaskEvent(EventData, frozen=True, kw_only=True):
    source: ClassVar[str] = "tasks"
    owner_id: Uuid
    title: Personal

    @property
    def person(self) -> str:
        """The owner, who typed the title."""
        return self.owner_id


class TaskCreated(_TaskEvent, frozen=True, kw_only=True):
    """A task was created."""

    event_type: ClassVar[str] = "task.created"
    assignee_id: Uuid | None
    status: str
    priority: str
    due_at: Moment | None


class TaskUpdated(_TaskEvent, frozen=True, kw_only=True):
    """A task was updated. `changed` lists the changed fields."""

    event_type: ClassVar[str] = "task.updated"
    changed: list[str]


class TaskStatusChanged(_TaskEvent, frozen=True, kw_only=True):
    """The status of a task changed from `before` to `status`."""

    event_type: ClassVar[str] = "task.status_changed"
    before: str
    status: str


class TaskAssigned(_TaskEvent, frozen=True, kw_only=True):
    """A task was assigned to a user, or unassigned (`assigneeId` is null)."""

    event_type: ClassVar[str] = "task.assigned"
    assignee_id: Uuid | None
    due_at: Moment | None


class TaskDeleted(_TaskEvent, frozen=True, kw_only=True):
    """A task was deleted."""

    event_type: ClassVar[str] = "task.deleted"
    status: str


PUBLISHED: tuple[type[EventData], ...] = (TaskCreated, TaskUpdated, TaskStatusChanged, TaskAssigned, TaskDeleted)
