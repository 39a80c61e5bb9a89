"""Failed sign-ins per account and source, in place of locks of accounts."""

import sqlalchemy as sa
from alembic import op

from hanse_subgraph.db import UtcDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Upgrade from 0003."""
    op.create_table(
        "sign_in_failures",
        sa.Column("account", sa.String(64), primary_key=True),
        sa.Column("source", sa.String(128), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failed_at", UtcDateTime, nullable=False, index=True),
    )
    op.drop_column("users", "failures")
    op.drop_column("users", "locked_until")


def downgrade() -> None:
    """Downgrade to 0003."""
    op.add_column("users", sa.Column("locked_until", UtcDateTime, nullable=True))
    op.add_column("users", sa.Column("failures", sa.Integer, nullable=False, server_default="0"))
    op.drop_table("sign_in_failures")
