"""Events that came before the one that tells who their user is."""

import sqlalchemy as sa
from alembic import op

from hanse_subgraph.db import Id

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """To here from 0001."""
    op.create_table(
        "waiting_events",
        sa.Column("user_id", Id, primary_key=True),
        sa.Column("event_id", Id, primary_key=True),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Back to 0001."""
    op.drop_table("waiting_events")
