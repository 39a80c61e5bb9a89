"""Reservations of stock."""

import sqlalchemy as sa
from alembic import op

from hanse_subgraph.db import Id, UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Upgrade from 0001."""
    op.create_table(
        "reservations",
        sa.Column("id", Id, primary_key=True),
        sa.Column("product_id", Id, sa.ForeignKey("products.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("holder_id", Id, nullable=False, index=True),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.CheckConstraint("quantity > 0", name="something_is_reserved"),
    )


def downgrade() -> None:
    """Downgrade to 0001."""
    op.drop_table("reservations")
