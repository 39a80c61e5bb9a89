"""GraphQL types of the payments subgraph."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet
from strawberry.types import Info

from hanse_subgraph.federation import Representation, ids_of
from hanse_subgraph.list_size import list_size
from hanse_subgraph.money import Money, MoneyInput
from subgraphs.payments import models
from subgraphs.payments.loaders import PaymentsContext
from subgraphs.payments.service import LedgerReport, Order, Payments

PaymentsInfo = Info[PaymentsContext, None]

strawberry.enum(models.TransactionStatus, name="TransactionStatus", description="The status of a transaction.")
strawberry.enum(models.Account, name="LedgerAccount", description="An account of the ledger.")


@strawberry.federation.type(keys=[Key(fields=FieldSet("id"), resolvable=False)], description="A user account.")
class User:
    """A reference to an entity of the users subgraph."""

    id: strawberry.ID = strawberry.field(description="The id of the user (UUID).")


@strawberry.federation.type(
    keys=[Key(fields=FieldSet("id"), resolvable=False)], description="A product in the catalog."
)
class Product:
    """A reference to an entity of the catalog subgraph."""

    id: strawberry.ID = strawberry.field(description="The id of the product (UUID).")


@strawberry.federation.type(
    keys=["id"],
    description="An amount that a user owes or has paid. Visible to the user, and with the scope payments:read.",
)
class Transaction:
    id: strawberry.ID = strawberry.field(description="The id of the transaction (UUID).")
    amount: Money = strawberry.field(description="The amount of the transaction.")
    description: str = strawberry.field(description="The description of the transaction.")
    status: models.TransactionStatus = strawberry.field(description="The status of the transaction.")
    created_at: datetime = strawberry.field(description="When it was created (UTC).")
    ended_at: datetime | None = strawberry.field(
        description="When it was paid or cancelled (UTC). Null while it is pending."
    )
    user: User = strawberry.field(description="The user who owes or has paid it.")
    product: Product | None = strawberry.field(
        description="The product that it is for. Null if it is not for a product."
    )

    @classmethod
    def of(cls, row: models.Transaction) -> Self:
        """Build the GraphQL type from a row."""
        return cls(
            id=strawberry.ID(row.id),
            amount=Money(amount_minor=row.amount_minor, currency=row.currency),
            description=row.description,
            status=models.TransactionStatus(row.status),
            created_at=row.created_at,
            ended_at=row.ended_at,
            user=User(id=strawberry.ID(row.user_id)),
            product=Product(id=strawberry.ID(row.product_id)) if row.product_id else None,
        )

    @classmethod
    async def resolve_references(cls, info: PaymentsInfo, representations: list[Representation]) -> list[Self | None]:
        """Reference resolver: load the transactions by id in one statement."""
        found = await info.context.transactions_of(ids_of(representations))
        return [None if row is None else cls.of(row) for row in found]


@strawberry.type(description="The account balance of a user.")
class AccountBalance:
    owed: Money = strawberry.field(description="The total of the pending transactions.")
    available: Money = strawberry.field(description="The credit still available: `limit` minus `owed`.")
    limit: Money = strawberry.field(description="The credit limit: the maximum that can be owed.")
    paid: Money = strawberry.field(description="The total paid so far.")

    @classmethod
    def of(cls, payments: Payments, owed: int, paid: int) -> Self:
        """Build the balance from the owed and paid amounts, in minor units."""

        def money(minor: int) -> Money:
            return Money(amount_minor=minor, currency=payments.currency)

        available = max(0, payments.limit_minor - owed)
        return cls(owed=money(owed), available=money(available), limit=money(payments.limit_minor), paid=money(paid))


@strawberry.type(description="The result of `payTransactions`.")
class PaidTransactions:
    transactions: list[Transaction] = strawberry.field(
        description="The paid transactions, oldest first.", directives=[list_size(100)]
    )
    total: Money = strawberry.field(description="The sum of their amounts.")


@strawberry.type(description="The total of a ledger account.")
class AccountTotal:
    account: models.Account = strawberry.field(description="The ledger account.")
    total: Money = strawberry.field(description="The total of its postings: debits are positive, credits negative.")


@strawberry.type(description="The result of verifying the double-entry ledger.")
class LedgerState:
    holds: bool = strawberry.field(description="Whether the ledger is consistent.")
    accounts: list[AccountTotal] = strawberry.field(
        description="The total of each ledger account. Together they are zero.",
        directives=[list_size(len(models.Account))],
    )
    unbalanced_entries: int = strawberry.field(
        description="The number of entries whose postings do not add up to zero."
    )
    wrong_balances: int = strawberry.field(description="The number of account balances that differ from the ledger.")

    @classmethod
    def of(cls, report: LedgerReport, currency: str) -> Self:
        """Build the GraphQL type from a report."""
        accounts = [
            AccountTotal(account=account, total=Money(amount_minor=total, currency=currency))
            for account, total in report.totals.items()
        ]
        return cls(
            holds=report.holds,
            accounts=accounts,
            unbalanced_entries=report.unbalanced_entries,
            wrong_balances=report.wrong_balances,
        )


@strawberry.input(description="Input of `createTransaction`.")
class CreateTransactionInput:
    amount: MoneyInput = strawberry.field(description="The amount; must be positive.")
    description: str = strawberry.field(description="The description: 1 to 500 characters.")
    product_id: strawberry.ID | None = strawberry.field(
        default=None, description="The id of the product that the transaction is for."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="A key chosen by the client. A repeated request with the same key and content returns the existing "
        "transaction.",
    )

    def to_domain(self) -> Order:
        """Convert to the input of the service."""
        product_id = str(self.product_id) if self.product_id is not None else None
        return Order(self.amount, self.description, product_id, self.idempotency_key)


TransactionId = Annotated[strawberry.ID, strawberry.argument(description="The id of the transaction.")]
