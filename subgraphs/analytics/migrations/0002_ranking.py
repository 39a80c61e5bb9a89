"""Totals of products and users, and recent activity."""

import sqlalchemy as sa
from alembic import op

from hanse_subgraph.db import Id, UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Upgrade from 0001."""
    op.create_table(
        "totals",
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("id", Id, primary_key=True),
        sa.Column("transactions", sa.BigInteger, nullable=False),
        sa.Column("amount_minor", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "activity",
        sa.Column("id", Id, primary_key=True),
        sa.Column("event_type", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("actor_id", Id, nullable=True),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("happened_at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    """Downgrade to 0001."""
    op.drop_table("activity")
    op.drop_table("totals")
