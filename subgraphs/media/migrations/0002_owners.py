"""Owners, whose row is locked while their quota is checked."""

import sqlalchemy as sa
from alembic import op

from hanse_subgraph.db import Id, UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Upgrade from 0001."""
    op.create_table(
        "owners",
        sa.Column("owner_id", Id, primary_key=True),
        sa.Column("added_at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    """Downgrade to 0001."""
    op.drop_table("owners")
