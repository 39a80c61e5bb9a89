"""Whose row is locked while what they keep is counted."""

import sqlalchemy as sa
from alembic import op

from hanse_subgraph.db import Id, UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """To here from 0001."""
    op.create_table(
        "owners",
        sa.Column("owner_id", Id, primary_key=True),
        sa.Column("added_at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    """Back to 0001."""
    op.drop_table("owners")
