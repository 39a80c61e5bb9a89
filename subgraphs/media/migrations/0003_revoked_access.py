"""Access tokens that are revoked before they expire."""

import sqlalchemy as sa
from alembic import op

from hanse_subgraph.db import Id, UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Upgrade from 0002."""
    op.create_table(
        "revoked_access",
        sa.Column("id", Id, primary_key=True),
        sa.Column("user_id", Id, nullable=False, index=True),
        sa.Column("session_id", Id, nullable=True),
        sa.Column("revoked_at", UtcDateTime, nullable=False),
        sa.Column("forget_at", UtcDateTime, nullable=False, index=True),
    )


def downgrade() -> None:
    """Downgrade to 0002."""
    op.drop_table("revoked_access")
