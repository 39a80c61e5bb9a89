"""GraphQL queries and mutations of the payments subgraph."""

from __future__ import annotations

from typing import Annotated

import strawberry

from hanse_subgraph.federation import SubgraphSchema
from hanse_subgraph.money import Money
from hanse_subgraph.pagination import After, Before, Connection, First, Last, connect, connection_field, page_request
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

WRITE, READ_LEDGER = "payments:write", "audit:read"


@strawberry.type(description="Root type for reading data.")
class Query:
    """Queries of the payments subgraph."""

    @connection_field(
        description="The caller's transactions, newest first. Requires authentication.", authenticated=True
    )
    async def my_transactions(
        self,
        info: PaymentsInfo,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        status: Annotated[
            TransactionStatus | None, strawberry.argument(description="Only transactions with this status.")
        ] = None,
    ) -> Connection[Transaction]:
        user_id = info.context.principal.require_user()
        page = page_request(first, after, last, before)
        async with info.context.session() as session:
            piece = await repository.page_of_transactions(session, user_id, page, status)

        async def counted() -> int:
            async with info.context.session() as session:
                return await repository.count_transactions(session, user_id, status)

        return connect(piece, Transaction.of, counted)

    @strawberry.federation.field(
        description="Look up a transaction by id. Null if there is none, or the caller is not its owner and does not "
        "have the scope payments:read. Requires authentication.",
        authenticated=True,
    )
    async def transaction(self, info: PaymentsInfo, id: TransactionId) -> Transaction | None:
        info.context.principal.require_user()
        row = await info.context.transaction(id)
        return None if row is None else Transaction.of(row)

    @strawberry.federation.field(
        description="The caller's account balance. Requires authentication.", authenticated=True
    )
    async def my_balance(self, info: PaymentsInfo) -> AccountBalance:
        user_id = info.context.principal.require_user()
        async with info.context.session() as session:
            owed, paid = await repository.balance(session, user_id)
        return AccountBalance.of(info.context.payments, owed, paid)

    @strawberry.federation.field(
        description="Verify the ledger against the account balances. Requires the scope audit:read.",
        requires_scopes=[[READ_LEDGER]],
    )
    async def verify_ledger(self, info: PaymentsInfo) -> LedgerState:
        info.context.principal.require_scope(READ_LEDGER)
        payments = info.context.payments
        async with info.context.session() as session:
            return LedgerState.of(await payments.verify(session), payments.currency)


@strawberry.type(description="Root type for changing data.")
class Mutation:
    """Mutations of the payments subgraph."""

    @strawberry.federation.mutation(
        description="Create a transaction for the caller to pay. Fails above the credit limit, see `myBalance`. "
        "Requires the scope payments:write.",
        requires_scopes=[[WRITE]],
    )
    async def create_transaction(
        self,
        info: PaymentsInfo,
        input: Annotated[CreateTransactionInput, strawberry.argument(description="The new transaction.")],
    ) -> Transaction:
        user_id = info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            return Transaction.of(await info.context.payments.create(session, user_id, input.to_domain()))

    @strawberry.federation.mutation(
        description="Pay a pending transaction of the caller. Requires the scope payments:write.",
        requires_scopes=[[WRITE]],
    )
    async def pay_transaction(self, info: PaymentsInfo, id: TransactionId) -> Transaction:
        user_id = info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            return Transaction.of(await info.context.payments.pay(session, user_id, id))

    @strawberry.federation.mutation(
        description="Pay all pending transactions of the caller. Requires the scope payments:write.",
        requires_scopes=[[WRITE]],
    )
    async def pay_transactions(self, info: PaymentsInfo) -> PaidTransactions:
        user_id = info.context.principal.require_scope(WRITE)
        payments = info.context.payments
        async with info.context.change() as session:
            paid = await payments.pay_all(session, user_id)
        total = Money(amount_minor=sum(row.amount_minor for row in paid), currency=payments.currency)
        return PaidTransactions(transactions=[Transaction.of(row) for row in paid], total=total)

    @strawberry.federation.mutation(
        description="Cancel a pending transaction of the caller. Requires the scope payments:write.",
        requires_scopes=[[WRITE]],
    )
    async def cancel_transaction(self, info: PaymentsInfo, id: TransactionId) -> Transaction:
        user_id = info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            return Transaction.of(await info.context.payments.cancel(session, user_id, id))


graph = SubgraphSchema(query=Query, mutation=Mutation)
