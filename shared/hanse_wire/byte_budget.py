"""A budget of bytes over all requests of a process, of which no caller gets more than a part."""

from __future__ import annotations

from collections.abc import Hashable


class BudgetExceeded(Exception):
    """The bytes are not available now; they will be when other requests have ended."""


class ByteBudget:
    """At most `max_bytes` are taken at a time, and at most `max_caller_bytes` for one caller. For one event loop."""

    def __init__(self, max_bytes: int, max_caller_bytes: int) -> None:
        self.taken = 0
        self._max_bytes = max_bytes
        self._max_caller_bytes = max_caller_bytes
        self._by_caller: dict[Hashable, int] = {}  # those that have any

    def of(self, caller: Hashable) -> ByteShare:
        """What one request of a caller takes."""
        return ByteShare(self, caller)

    def take(self, caller: Hashable, size: int) -> None:
        """Take bytes. Raises BudgetExceeded."""
        of_caller = self._by_caller.get(caller, 0) + size
        if of_caller > self._max_caller_bytes or self.taken + size > self._max_bytes:
            raise BudgetExceeded
        self._by_caller[caller] = of_caller
        self.taken += size

    def give_back(self, caller: Hashable, size: int) -> None:
        """Make bytes available again that were taken."""
        self.taken -= size
        left = self._by_caller.get(caller, 0) - size
        if left > 0:
            self._by_caller[caller] = left
        else:
            self._by_caller.pop(caller, None)


class ByteShare:
    """The bytes that one request has taken."""

    __slots__ = ("_budget", "_caller", "_taken")

    def __init__(self, budget: ByteBudget, caller: Hashable) -> None:
        self._budget = budget
        self._caller = caller
        self._taken = 0

    def take(self, size: int) -> None:
        """Take bytes. Raises BudgetExceeded."""
        self._budget.take(self._caller, size)
        self._taken += size

    def close(self) -> None:
        """Give all of them back."""
        taken, self._taken = self._taken, 0
        self._budget.give_back(self._caller, taken)
