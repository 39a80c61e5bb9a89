"""Access tokens that are revoked before they expire."""

import sqlalchemy as sa
from alembic import op

from hanse_subgraph.db import Id, UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Upgrade from 0004."""
    op.create_table(
        "access_revocations",
        sa.Column("id", Id, primary_key=True),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("session_id", Id, nullable=True),
        sa.Column("revoked_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
    )


def downgrade() -> None:
    """Downgrade to 0004."""
    op.drop_table("access_revocations")
