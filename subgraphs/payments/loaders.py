"""Data loaders of the payments subgraph: one SQL statement per request and kind of object."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from strawberry.dataloader import DataLoader

from hanse_subgraph.auth import Caller
from hanse_subgraph.context import RequestContext
from hanse_subgraph.db import Database
from hanse_subgraph.ids import known_id
from hanse_subgraph.row_batches import MAX_ROWS
from subgraphs.payments import repository
from subgraphs.payments.models import Transaction
from subgraphs.payments.service import Payments, may_see


class PaymentsContext(RequestContext):
    """The context of one request to the payments subgraph."""

    def __init__(self, database: Database, caller: Caller, *, writes: bool, payments: Payments) -> None:
        super().__init__(database, caller, writes=writes)
        self.payments = payments
        self.by_id: DataLoader[str, Transaction | None] = DataLoader(self._load, max_batch_size=MAX_ROWS)

    async def transaction(self, transaction_id: str) -> Transaction | None:
        """The transaction with this id; None if missing or not visible to the caller."""
        canonical_id = known_id(transaction_id)
        return await self.by_id.load(canonical_id) if canonical_id else None

    async def transactions_of(self, ids: Sequence[str]) -> list[Transaction | None]:
        """The transactions with these ids that are visible to the caller, in the same order."""
        return list(await asyncio.gather(*(self.transaction(key) for key in ids)))

    async def _load(self, ids: list[str]) -> list[Transaction | None]:
        async with self.session() as session:
            found = await repository.transactions_by_id(session, ids)
        rows = (found.get(key) for key in ids)
        return [row if may_see(self.principal, row) else None for row in rows]
