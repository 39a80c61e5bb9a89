"""Verified email addresses, mailed links, and API keys."""

import sqlalchemy as sa
from alembic import op

from hanse_subgraph.db import Id, UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Upgrade from 0001."""
    with op.batch_alter_table("users") as users:
        users.add_column(sa.Column("email_verified_at", UtcDateTime, nullable=True))
    op.create_table(
        "mailed_links",
        sa.Column("fingerprint", sa.String(64), primary_key=True),
        sa.Column("user_id", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("email_key", sa.String(320), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", Id, primary_key=True),
        sa.Column("user_id", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False, unique=True),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=True),
        sa.Column("revoked_at", UtcDateTime, nullable=True),
        sa.Column("used_at", UtcDateTime, nullable=True),
    )


def downgrade() -> None:
    """Downgrade to 0001."""
    op.drop_table("api_keys")
    op.drop_table("mailed_links")
    with op.batch_alter_table("users") as users:
        users.drop_column("email_verified_at")
