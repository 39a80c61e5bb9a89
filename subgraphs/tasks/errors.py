"""Client errors of the tasks subgraph, in addition to the common ones.

Conflict
└── InvalidStatusChange    the new status cannot follow the current one
"""

from __future__ import annotations

from hanse_subgraph.errors import Conflict, FieldProblem
from subgraphs.tasks.models import TaskStatus


class InvalidStatusChange(Conflict):
    """The new status cannot follow the current one."""

    def __init__(self, current: TaskStatus, new: TaskStatus) -> None:
        message = f"A task cannot change from {current.name} to {new.name}. See nextStatuses."
        super().__init__(FieldProblem("status", "ILLEGAL_MOVE", message))
