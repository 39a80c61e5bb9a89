"""Client errors of the tasks subgraph, in addition to the common ones.

Conflict
└── IllegalMove    a status that does not follow the present one
"""

from __future__ import annotations

from hanse_subgraph.errors import Conflict, FieldProblem
from subgraphs.tasks.models import TaskStatus


class IllegalMove(Conflict):
    """The status cannot become that one now."""

    def __init__(self, present: TaskStatus, wanted: TaskStatus) -> None:
        said = f"A task that is {present.name} cannot become {wanted.name}."
        super().__init__(FieldProblem("status", "ILLEGAL_MOVE", said))
