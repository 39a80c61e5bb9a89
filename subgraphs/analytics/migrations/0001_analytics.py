"""Counters, time series, and the tables of the event backbone."""

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
        "counters",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "buckets",
        sa.Column("minute", UtcDateTime, primary_key=True),
        sa.Column("event_type", sa.String(64), primary_key=True),
        sa.Column("events", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "seen_users",
        sa.Column("user_id", Id, primary_key=True),
        sa.Column("events", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("seen_users", "buckets", "counters"):
        op.drop_table(table)
    drop_event_tables(op)
