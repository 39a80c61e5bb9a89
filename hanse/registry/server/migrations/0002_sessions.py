"""sessions of the pages."""

import sqlalchemy as sa
from alembic import op

from hanse_subgraph import db

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Upgrade from 0001."""
    op.create_table(
        "registry_sessions",
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("created_at", db.UtcDateTime, nullable=False),
        sa.Column("expires_at", db.UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
    with op.batch_alter_table("registry_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registry_sessions_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_registry_sessions_key_id"), ["key_id"], unique=False)


def downgrade() -> None:
    """Downgrade to 0001."""
    with op.batch_alter_table("registry_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registry_sessions_key_id"))
        batch_op.drop_index(batch_op.f("ix_registry_sessions_expires_at"))

    op.drop_table("registry_sessions")
