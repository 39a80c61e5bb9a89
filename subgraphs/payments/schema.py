"""GraphQL operations of the payments subgraph."""

from __future__ import annotations

from typing import Annotated

import strawberry

from hanse_subgraph.federation import SubgraphSchema
from hanse_subgraph.money import Money
from hanse_subgraph.pagination import After, Before, Connection, First, Last, connect, page_request
from subgraphs.payments import repository
from subgraphs.payments.models import TransactionStatus
from subgraphs.payments.types import (
    AccountBalance,
    CreateTransactionInput,
    LedgerState,
    PaidTransactions,
    PaymentsInfo,
    Transaction,
    TransactionId,
)

WRITE, INSPECT = "payments:write", "audit:read"


@strawberry.type(description="Root type for reading data.")
class Query:
    """Queries of the payments subgraph."""

    @strawberry.federation.field(description="What you owe and have paid, newest first.", authenticated=True)
    async def my_transactions(
        self,
        info: PaymentsInfo,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        status: Annotated[
            TransactionStatus | None, strawberry.argument(description="Only those of this status.")
        ] = None,
    ) -> Connection[Transaction]:
        """A page of the caller's transactions."""
        user_id = info.context.principal.require_user()
        page = page_request(first, after, last, before)
        async with info.context.session() as session:
            piece = await repository.page_of_transactions(session, user_id, page, status)

        async def counted() -> int:
            async with info.context.session() as session:
                return await repository.count_transactions(session, user_id, status)

        return connect(piece, Transaction.of, counted)

    @strawberry.federation.field(
        description="The transaction of this id; null where there is none that you may see.", authenticated=True
    )
    async def transaction(self, info: PaymentsInfo, id: TransactionId) -> Transaction | None:
        """One transaction."""
        info.context.principal.require_user()
        row = await info.context.transaction(id)
        return None if row is None else Transaction.of(row)

    @strawberry.federation.field(description="How you stand.", authenticated=True)
    async def my_balance(self, info: PaymentsInfo) -> AccountBalance:
        """The caller's balance."""
        user_id = info.context.principal.require_user()
        async with info.context.session() as session:
            owed, paid = await repository.balance(session, user_id)
        return AccountBalance.of(info.context.payments, owed, paid)

    @strawberry.federation.field(
        description="Add up the whole ledger and hold it against the balances. For admins.", requires_scopes=[[INSPECT]]
    )
    async def verify_ledger(self, info: PaymentsInfo) -> LedgerState:
        """What was found."""
        info.context.principal.require_scope(INSPECT)
        payments = info.context.payments
        async with info.context.session() as session:
            return LedgerState.of(await payments.verify(session), payments.currency)


@strawberry.type(description="Root type for changing data.")
class Mutation:
    """Mutations of the payments subgraph."""

    @strawberry.federation.mutation(
        description="Owe something. Nobody may owe more than the limit of `myBalance`.", requires_scopes=[[WRITE]]
    )
    async def create_transaction(
        self,
        info: PaymentsInfo,
        input: Annotated[CreateTransactionInput, strawberry.argument(description="What is to be owed.")],
    ) -> Transaction:
        """The transaction; the same one again for the same idempotency key."""
        user_id = info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            return Transaction.of(await info.context.payments.create(session, user_id, input.to_domain()))

    @strawberry.federation.mutation(description="Pay one transaction of yours.", requires_scopes=[[WRITE]])
    async def pay_transaction(self, info: PaymentsInfo, id: TransactionId) -> Transaction:
        """The transaction, paid."""
        user_id = info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            return Transaction.of(await info.context.payments.pay(session, user_id, id))

    @strawberry.federation.mutation(description="Pay everything that you owe.", requires_scopes=[[WRITE]])
    async def pay_transactions(self, info: PaymentsInfo) -> PaidTransactions:
        """What was paid."""
        user_id = info.context.principal.require_scope(WRITE)
        payments = info.context.payments
        async with info.context.change() as session:
            paid = await payments.pay_all(session, user_id)
        total = Money(amount_minor=sum(row.amount_minor for row in paid), currency=payments.currency)
        return PaidTransactions(transactions=[Transaction.of(row) for row in paid], total=total)

    @strawberry.federation.mutation(description="Call a transaction of yours off.", requires_scopes=[[WRITE]])
    async def cancel_transaction(self, info: PaymentsInfo, id: TransactionId) -> Transaction:
        """The transaction, cancelled."""
        user_id = info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            return Transaction.of(await info.context.payments.cancel(session, user_id, id))


graph = SubgraphSchema(query=Query, mutation=Mutation)
