"""Client errors of the payments subgraph, in addition to the common ones.

Conflict
├── LimitReached    the user would owe more than the limit
├── KeyReused       the idempotency key stands for another transaction
└── NotPending      the transaction was paid or cancelled already
"""

from __future__ import annotations

from hanse_subgraph.errors import Conflict, FieldProblem
from hanse_subgraph.money import formatted


class LimitReached(Conflict):
    """Nobody may owe more."""

    def __init__(self, limit_minor: int, currency: str) -> None:
        said = f"You may owe at most {formatted(limit_minor, currency)}; pay something first."
        super().__init__(FieldProblem("amount", "LIMIT_REACHED", said))


class KeyReused(Conflict):
    """One key, two different transactions."""

    def __init__(self) -> None:
        said = "This idempotencyKey stands for another transaction; take a new one."
        super().__init__(FieldProblem("idempotencyKey", "REUSED", said))


class NotPending(Conflict):
    """Only what is owed can be paid or cancelled."""

    def __init__(self, status: str) -> None:
        super().__init__(FieldProblem("id", "NOT_PENDING", f"This transaction is {status} already."))
