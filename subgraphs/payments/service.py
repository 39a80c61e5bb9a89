"""Transactions and the ledger. Services flush; the resolver commits.

Every change writes a ledger entry of two postings that add up to zero: creating a transaction debits the user's
receivable and credits revenue, paying debits cash and credits the receivable, cancelling reverses the first entry.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.auth import Principal
from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.errors import NotFound, Problems
from hanse_subgraph.events.data import EventData
from hanse_subgraph.events.outbox import emit
from hanse_subgraph.ids import known_id, new_id, parse_id
from hanse_subgraph.money import MoneyInput, check_money
from subgraphs.payments import repository
from subgraphs.payments.errors import CreditLimitReached, IdempotencyKeyReused, NotPending
from subgraphs.payments.events import TransactionCancelled, TransactionCreated, TransactionPaid
from subgraphs.payments.models import Account, Posting, Transaction, TransactionStatus
from subgraphs.payments.settings import PaymentsSettings

READ = "payments:read"  # what the transactions of others need


@dataclass(frozen=True, slots=True)
class Order:
    """The data of a new transaction."""

    amount: MoneyInput
    description: str
    product_id: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """The result of verifying the ledger: account totals in minor units, and the number of errors."""

    totals: dict[Account, int]
    unbalanced_entries: int
    wrong_balances: int

    @property
    def holds(self) -> bool:
        """Whether the ledger is consistent."""
        return not (self.unbalanced_entries or self.wrong_balances or sum(self.totals.values()))


class Payments:
    """Creates, pays and cancels transactions, and verifies the ledger."""

    def __init__(self, settings: PaymentsSettings, *, clock: Clock = utc_now) -> None:
        self.currency = settings.currency
        self.limit_minor = settings.credit_limit_minor
        self._clock = clock

    async def create(
        self, session: AsyncSession, user_id: str, order: Order, *, transaction_id: str | None = None
    ) -> Transaction:
        """Create a transaction, or return the one with the same idempotency key.

        Raises BadInput, IdempotencyKeyReused, CreditLimitReached.
        """
        product_id = self._check(order)
        existing = await self._existing(session, user_id, order, product_id)
        if existing is not None:
            return existing
        row = Transaction(
            id=transaction_id or new_id(),
            user_id=user_id,
            product_id=product_id,
            amount_minor=order.amount.amount_minor,
            currency=order.amount.currency,
            description=order.description.strip(),
            status=TransactionStatus.PENDING.value,
            idempotency_key=order.idempotency_key,
            created_at=self._clock(),
        )
        try:
            async with session.begin_nested():
                if not await repository.increase_owed(session, user_id, row.amount_minor, self.limit_minor):
                    raise CreditLimitReached(self.limit_minor, self.currency)
                session.add(row)
                await session.flush()
        except IntegrityError:  # a concurrent request with the same key was first
            existing = await self._existing(session, user_id, order, product_id)
            if existing is None:
                raise
            return existing
        await self._post(session, row, debit=Account.RECEIVABLE, credit=Account.REVENUE)
        await emit(session, _event(TransactionCreated, row))
        return row

    async def pay(self, session: AsyncSession, user_id: str, transaction_id: str) -> Transaction:
        """Pay one transaction. Raises NotFound, NotPending."""
        row = await self._own(session, user_id, transaction_id)
        ended = await repository.end(session, user_id, TransactionStatus.PAID, self._clock(), transaction_id=row.id)
        if not ended:
            raise NotPending(row.status)
        return (await self._settle(session, user_id, ended))[0]

    async def pay_all(self, session: AsyncSession, user_id: str) -> list[Transaction]:
        """Pay all pending transactions of the user; returns them, oldest first."""
        ended = await repository.end(session, user_id, TransactionStatus.PAID, self._clock())
        return await self._settle(session, user_id, ended)

    async def cancel(self, session: AsyncSession, user_id: str, transaction_id: str) -> Transaction:
        """Cancel a transaction. Raises NotFound, NotPending."""
        row = await self._own(session, user_id, transaction_id)
        ended = await repository.end(
            session, user_id, TransactionStatus.CANCELLED, self._clock(), transaction_id=row.id
        )
        if not ended:
            raise NotPending(row.status)
        await repository.decrease_owed(session, user_id, ended[0].amount_minor, paid=False)
        await self._post(session, ended[0], debit=Account.REVENUE, credit=Account.RECEIVABLE)
        await emit(session, _event(TransactionCancelled, ended[0]))
        return ended[0]

    async def verify(self, session: AsyncSession) -> LedgerReport:
        """Verify the ledger against the account balances."""
        totals = await repository.account_totals(session)
        return LedgerReport(
            {account: totals.get(account.value, 0) for account in Account},
            await repository.unbalanced_entries(session),
            await repository.wrong_balances(session),
        )

    def _check(self, order: Order) -> str | None:
        problems = Problems()
        check_money(problems, "amount", order.amount, minimum=1)
        if order.amount.currency != self.currency and not problems.found("amount.currency"):
            problems.add("amount.currency", "WRONG_CURRENCY", f"amount must be in {self.currency}.")
        problems.text("description", order.description, min_length=1, max_length=500)
        problems.text("idempotencyKey", order.idempotency_key, min_length=1, max_length=100)
        product_id = known_id(order.product_id) if order.product_id is not None else None
        if order.product_id is not None and product_id is None:
            problems.add("productId", "INVALID", "productId is not a valid product id.")
        problems.raise_if_any()
        return product_id

    async def _existing(
        self, session: AsyncSession, user_id: str, order: Order, product_id: str | None
    ) -> Transaction | None:
        if order.idempotency_key is None:
            return None
        existing = await repository.transaction_by_key(session, user_id, order.idempotency_key)
        if existing is None:
            return None
        requested = (order.amount.amount_minor, order.amount.currency, order.description.strip(), product_id)
        if (existing.amount_minor, existing.currency, existing.description, existing.product_id) != requested:
            raise IdempotencyKeyReused
        return existing

    async def _own(self, session: AsyncSession, user_id: str, transaction_id: str) -> Transaction:
        canonical_id = parse_id(transaction_id, "Transaction")
        row = (await repository.transactions_by_id(session, [canonical_id])).get(canonical_id)
        if row is None or row.user_id != user_id:
            raise NotFound("Transaction")
        return row

    async def _settle(self, session: AsyncSession, user_id: str, paid: list[Transaction]) -> list[Transaction]:
        if paid:
            await repository.decrease_owed(session, user_id, sum(row.amount_minor for row in paid), paid=True)
        for row in paid:
            await self._post(session, row, debit=Account.CASH, credit=Account.RECEIVABLE)
        await emit(session, *(_event(TransactionPaid, row) for row in paid))
        return paid

    async def _post(self, session: AsyncSession, row: Transaction, *, debit: Account, credit: Account) -> None:
        entry_id, now = new_id(), self._clock()
        halves = ((debit, row.amount_minor), (credit, -row.amount_minor))
        postings = [
            Posting(
                id=new_id(),
                entry_id=entry_id,
                transaction_id=row.id,
                user_id=row.user_id,
                account=account.value,
                amount_minor=amount,
                created_at=now,
            )
            for account, amount in halves
        ]
        await repository.post(session, postings)


def may_see(principal: Principal, row: Transaction | None) -> bool:
    """Whether the transaction exists, and the caller is its owner or has the scope payments:read."""
    return row is not None and principal.owns_or_has(READ, row.user_id)


def _event(kind: type[TransactionCreated | TransactionPaid | TransactionCancelled], row: Transaction) -> EventData:
    return kind(
        id=row.id,
        user_id=row.user_id,
        product_id=row.product_id,
        amount_minor=row.amount_minor,
        currency=row.currency,
        description=row.description,
    )
