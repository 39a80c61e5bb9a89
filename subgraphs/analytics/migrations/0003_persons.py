"""The persons whose data recent events hold. Events from before have nobody, so they are deleted."""

import sqlalchemy as sa
from alembic import op

from hanse_subgraph.db import Id

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Upgrade from 0002."""
    op.execute("DELETE FROM activity")
    with op.batch_alter_table("activity") as activity:
        activity.add_column(sa.Column("person_id", Id, nullable=True))


def downgrade() -> None:
    """Downgrade to 0002."""
    with op.batch_alter_table("activity") as activity:
        activity.drop_column("person_id")
