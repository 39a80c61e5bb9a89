"""Postponed events, which arrived before their user was known."""

import sqlalchemy as sa
from alembic import op

from hanse_subgraph.db import Id

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Upgrade from 0001."""
    op.create_table(
        "waiting_events",
        sa.Column("user_id", Id, primary_key=True),
        sa.Column("event_id", Id, primary_key=True),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Downgrade to 0001."""
    op.drop_table("waiting_events")
