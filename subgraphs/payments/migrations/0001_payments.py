"""Transactions, balances, the ledger, and the tables of the event backbone."""

import sqlalchemy as sa
from alembic import op

from hanse_subgraph.db import Id, UtcDateTime
from hanse_subgraph.events.tables import create_event_tables, drop_event_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    create_event_tables(op)
    op.create_table(
        "transactions",
        sa.Column("id", Id, primary_key=True),
        sa.Column("user_id", Id, nullable=False, index=True),
        sa.Column("product_id", Id, nullable=True),
        sa.Column("amount_minor", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("description", sa.String(500), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("idempotency_key", sa.String(100), nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.CheckConstraint("amount_minor > 0", name="something_is_owed"),
        sa.UniqueConstraint("user_id", "idempotency_key"),
    )
    op.create_table(
        "balances",
        sa.Column("user_id", Id, primary_key=True),
        sa.Column("owed_minor", sa.BigInteger, nullable=False),
        sa.Column("paid_minor", sa.BigInteger, nullable=False),
        sa.CheckConstraint("owed_minor >= 0", name="nobody_is_owed"),
    )
    op.create_table(
        "postings",
        sa.Column("id", Id, primary_key=True),
        sa.Column("entry_id", Id, nullable=False, index=True),
        sa.Column("transaction_id", Id, sa.ForeignKey("transactions.id"), nullable=False, index=True),
        sa.Column("user_id", Id, nullable=False, index=True),
        sa.Column("account", sa.String(16), nullable=False),
        sa.Column("amount_minor", sa.BigInteger, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("postings", "balances", "transactions"):
        op.drop_table(table)
    drop_event_tables(op)
