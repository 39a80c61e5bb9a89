"""Reservations expire, and their holders have a row to lock. Those that are held now have a day from now on."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from hanse_subgraph.db import Id, UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Upgrade from 0002."""
    with op.batch_alter_table("reservations") as reservations:
        reservations.add_column(sa.Column("expires_at", UtcDateTime, nullable=True))
    table = sa.table("reservations", sa.column("expires_at", UtcDateTime))
    op.execute(table.update().values(expires_at=datetime.now(UTC) + timedelta(days=1)))
    with op.batch_alter_table("reservations") as reservations:
        reservations.alter_column("expires_at", nullable=False)
        reservations.create_index("ix_reservations_state_expires_at", ["state", "expires_at"])
    op.create_table(
        "holders",
        sa.Column("holder_id", Id, primary_key=True),
        sa.Column("reserved_at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    """Downgrade to 0002."""
    op.drop_table("holders")
    with op.batch_alter_table("reservations") as reservations:
        reservations.drop_index("ix_reservations_state_expires_at")
        reservations.drop_column("expires_at")
