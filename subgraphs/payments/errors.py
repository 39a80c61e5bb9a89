"""Client errors of the payments subgraph, in addition to the common ones.

Conflict
├── CreditLimitReached      the transaction would exceed the user's credit limit
├── IdempotencyKeyReused    the idempotency key was used for a different transaction
└── NotPending              the transaction was already paid or cancelled
"""

from __future__ import annotations

from hanse_subgraph.errors import Conflict, FieldProblem
from hanse_subgraph.money import formatted


class CreditLimitReached(Conflict):
    """The transaction would exceed the user's credit limit."""

    def __init__(self, limit_minor: int, currency: str) -> None:
        limit = formatted(limit_minor, currency)
        message = f"The amount exceeds your credit limit of {limit}. Pay pending transactions first."
        super().__init__(FieldProblem("amount", "LIMIT_REACHED", message))


class IdempotencyKeyReused(Conflict):
    """The idempotency key was used for a different transaction."""

    def __init__(self) -> None:
        message = "idempotencyKey was already used for a different transaction. Use a new key."
        super().__init__(FieldProblem("idempotencyKey", "REUSED", message))


class NotPending(Conflict):
    """The transaction was already paid or cancelled."""

    def __init__(self, status: str) -> None:
        super().__init__(FieldProblem("id", "NOT_PENDING", f"The transaction is already {status}."))
