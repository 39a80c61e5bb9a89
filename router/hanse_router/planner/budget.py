"""The budget of one plan: planning stops with a refusal once it has taken the permitted number of steps."""

from __future__ import annotations

from hanse_router.query_plan import PlanError

NO_LIMIT = 2**62


class TooComplexError(PlanError):
    """Planning the operation takes more steps than permitted."""


class Budget:
    """Steps that planning may still take. A step is one option or candidate that the planner looks at."""

    __slots__ = ("_left", "max_steps")

    def __init__(self, max_steps: int = NO_LIMIT) -> None:
        self.max_steps = max_steps
        self._left = max_steps

    @property
    def spent(self) -> int:
        """The number of steps taken."""
        return self.max_steps - self._left

    def spend(self, steps: int = 1) -> None:
        """Count steps. Raises TooComplexError if there are none left."""
        self._left -= steps
        if self._left < 0:
            raise TooComplexError(f"Planning the operation takes more than {self.max_steps} steps.")
