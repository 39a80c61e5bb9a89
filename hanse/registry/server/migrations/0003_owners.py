"""owners of graphs."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Upgrade from 0002."""
    op.create_table(
        "registry_owners",
        sa.Column("graph", sa.String(63), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("graph"),
    )


def downgrade() -> None:
    """Downgrade to 0002."""
    op.drop_table("registry_owners")
