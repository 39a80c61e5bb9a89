"""People, preferences, notifications, mails, and the tables of the event backbone."""

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
        "people",
        sa.Column("user_id", Id, primary_key=True),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("first_name", sa.String(100), nullable=True),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("gone", sa.Boolean, nullable=False),
    )
    op.create_table(
        "preferences",
        sa.Column("user_id", Id, primary_key=True),
        sa.Column("kind", sa.String(32), primary_key=True),
        sa.Column("in_app", sa.Boolean, nullable=False),
        sa.Column("by_mail", sa.Boolean, nullable=False),
    )
    op.create_table(
        "notifications",
        sa.Column("id", Id, primary_key=True),
        sa.Column("user_id", Id, nullable=False, index=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("read_at", UtcDateTime, nullable=True),
    )
    op.create_table(
        "mails",
        sa.Column("id", Id, primary_key=True),
        sa.Column("user_id", Id, nullable=True, index=True),
        sa.Column("recipient", sa.String(320), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", UtcDateTime, nullable=False, index=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("error", sa.String(500), nullable=True),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("mails", "notifications", "preferences", "people"):
        op.drop_table(table)
    drop_event_tables(op)
