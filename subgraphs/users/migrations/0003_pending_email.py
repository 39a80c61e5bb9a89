"""New email addresses that are not verified yet."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Upgrade from 0002."""
    op.add_column("users", sa.Column("pending_email", sa.String(320), nullable=True))


def downgrade() -> None:
    """Downgrade to 0002."""
    op.drop_column("users", "pending_email")
