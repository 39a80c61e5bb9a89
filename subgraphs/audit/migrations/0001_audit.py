"""Audit entries, log entries, and the tables of the event backbone."""

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
        "audit_entries",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("event_id", Id, nullable=False, unique=True),
        sa.Column("action", sa.String(64), nullable=False, index=True),
        sa.Column("user_id", Id, nullable=True, index=True),
        sa.Column("resource_type", sa.String(64), nullable=False),
        sa.Column("resource_id", sa.String(64), nullable=False, index=True),
        sa.Column("client_ip", sa.String(64), nullable=True),
        sa.Column("user_agent", sa.String(512), nullable=True),
        sa.Column("happened_at", UtcDateTime, nullable=False, index=True),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "log_entries",
        sa.Column("id", Id, primary_key=True),
        sa.Column("name", sa.String(100), nullable=False, index=True),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("data", sa.JSON, nullable=True),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False, index=True),
    )
    op.execute(f"INSERT INTO audit_head (id, position, hash) VALUES (1, 0, '{'0' * 64}')")


def downgrade() -> None:
    """Drop the tables."""
    for table in ("log_entries", "audit_head", "audit_entries"):
        op.drop_table(table)
    drop_event_tables(op)
