"""Files, pictures of products, avatars, and the tables of the event backbone."""

import sqlalchemy as sa
from alembic import op

from hanse_subgraph.db import Id, UtcDateTime
from hanse_subgraph.events.tables import create_event_tables, drop_event_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    create_event_tables(op)
    op.create_table(
        "media",
        sa.Column("id", Id, primary_key=True),
        sa.Column("owner_id", Id, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("mime_type", sa.String(127), nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("width", sa.Integer, nullable=True),
        sa.Column("height", sa.Integer, nullable=True),
        sa.Column("object_key", sa.String(100), nullable=True),
        sa.Column("thumbnail_key", sa.String(100), nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_media_owner_id_state", "media", ["owner_id", "state"])
    op.create_index("ix_media_state_at", "media", ["state", "at"])
    op.create_table(
        "product_images",
        sa.Column("product_id", Id, primary_key=True),
        sa.Column("owner_id", Id, primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("media_id", Id, sa.ForeignKey("media.id"), nullable=False, index=True),
    )
    op.create_table(
        "avatars",
        sa.Column("user_id", Id, primary_key=True),
        sa.Column("media_id", Id, sa.ForeignKey("media.id"), nullable=False, index=True),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("avatars", "product_images", "media"):
        op.drop_table(table)
    drop_event_tables(op)
