"""GraphQL types of the payments subgraph."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet
from strawberry.types import Info

from hanse_subgraph.federation import Representation, ids_of
from hanse_subgraph.money import Money, MoneyInput
from subgraphs.payments import models
from subgraphs.payments.loaders import PaymentsContext
from subgraphs.payments.service import LedgerReport, Order, Payments

PaymentsInfo = Info[PaymentsContext, None]

strawberry.enum(models.TransactionStatus, name="TransactionStatus", description="What has become of a transaction.")
strawberry.enum(models.Account, name="LedgerAccount", description="An account of the ledger.")


@strawberry.federation.type(keys=[Key(fields=FieldSet("id"), resolvable=False)], description="A user account.")
class User:
    """A user, whom the users subgraph knows."""

    id: strawberry.ID = strawberry.field(description="The id of the user (UUID).")


@strawberry.federation.type(
    keys=[Key(fields=FieldSet("id"), resolvable=False)], description="A product in the catalog."
)
class Product:
    """A product, which the catalog knows."""

    id: strawberry.ID = strawberry.field(description="The id of the product (UUID).")


@strawberry.federation.type(
    keys=["id"], description="Something that a user owes or has paid. Only the user and admins see it."
)
class Transaction:
    """A transaction."""

    id: strawberry.ID = strawberry.field(description="The id of the transaction (UUID).")
    amount: Money = strawberry.field(description="How much it is.")
    description: str = strawberry.field(description="What it is for.")
    status: models.TransactionStatus = strawberry.field(description="What has become of it.")
    created_at: datetime = strawberry.field(description="When it was made (UTC).")
    ended_at: datetime | None = strawberry.field(description="When it was paid or cancelled (UTC).")
    user: User = strawberry.field(description="Who owes it, or has paid it.")
    product: Product | None = strawberry.field(description="What it is for, where that is a product.")

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


@strawberry.type(description="How a user stands.")
class AccountBalance:
    """What is owed and what may be."""

    owed: Money = strawberry.field(description="What is owed now.")
    available: Money = strawberry.field(description="What may be owed on top of that.")
    limit: Money = strawberry.field(description="Most that may be owed.")
    paid: Money = strawberry.field(description="What has been paid so far.")

    @classmethod
    def of(cls, payments: Payments, owed: int, paid: int) -> Self:
        """The balance of somebody who owes and has paid so much."""

        def money(minor: int) -> Money:
            return Money(amount_minor=minor, currency=payments.currency)

        available = max(0, payments.limit_minor - owed)
        return cls(owed=money(owed), available=money(available), limit=money(payments.limit_minor), paid=money(paid))


@strawberry.type(description="What was paid at once.")
class PaidTransactions:
    """The transactions that a payment ended."""

    transactions: list[Transaction] = strawberry.field(description="The transactions, oldest first.")
    total: Money = strawberry.field(description="What they come to.")


@strawberry.type(description="What stands on an account of the ledger.")
class AccountTotal:
    """An account and an amount."""

    account: models.Account = strawberry.field(description="The account.")
    total: Money = strawberry.field(description="Its total: debit above zero, credit below.")


@strawberry.type(description="Whether the double-entry ledger holds.")
class LedgerState:
    """What verifying it found."""

    holds: bool = strawberry.field(description="Whether everything adds up.")
    accounts: list[AccountTotal] = strawberry.field(description="The accounts; together they come to zero.")
    unbalanced_entries: int = strawberry.field(description="How many entries do not add up to zero.")
    wrong_balances: int = strawberry.field(description="How many users' balances are not what the ledger says.")

    @classmethod
    def of(cls, report: LedgerReport, currency: str) -> Self:
        """The type of a report."""
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


@strawberry.input(description="What is to be owed.")
class CreateTransactionInput:
    """Becomes an Order."""

    amount: MoneyInput = strawberry.field(description="How much; above zero.")
    description: str = strawberry.field(description="What it is for: 1 to 500 characters.")
    product_id: strawberry.ID | None = strawberry.field(default=None, description="The product that it is for.")
    idempotency_key: str | None = strawberry.field(
        default=None, description="A text of your own: sent again with the same content, it makes nothing new."
    )

    def to_domain(self) -> Order:
        """Convert to the input of the service."""
        product_id = str(self.product_id) if self.product_id is not None else None
        return Order(self.amount, self.description, product_id, self.idempotency_key)


TransactionId = Annotated[strawberry.ID, strawberry.argument(description="The id of the transaction.")]
