"""The events that the payments subgraph publishes."""

from __future__ import annotations

from typing import ClassVar

from hanse_subgraph.events.data import EventData, Personal, Uuid


class _TransactionEvent(EventData, frozen=True, kw_only=True):
    source: ClassVar[str] = "payments"
    user_id: Uuid
    product_id: Uuid | None
    amount_minor: int
    currency: str
    description: Personal

    @property
    def person(self) -> str:
        """The user, who typed the description."""
        return self.user_id


class TransactionCreated(_TransactionEvent, frozen=True, kw_only=True):
    """A transaction was created."""

    event_type: ClassVar[str] = "transaction.created"


class TransactionPaid(_TransactionEvent, frozen=True, kw_only=True):
    """A transaction was paid."""

    event_type: ClassVar[str] = "transaction.paid"


class TransactionCancelled(_TransactionEvent, frozen=True, kw_only=True):
    """A transaction was cancelled."""

    event_type: ClassVar[str] = "transaction.cancelled"


PUBLISHED: tuple[type[EventData], ...] = (TransactionCreated, TransactionPaid, TransactionCancelled)
