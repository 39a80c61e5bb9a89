"""The products of the catalog, from events. Those from before are not in it: the nil id says until when."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from hanse_subgraph.db import Id, UtcDateTime

revision = "0004"
down_revision = "0003"

NIL = "00000000-0000-0000-0000-000000000000"


def upgrade() -> None:
    """Upgrade from 0003."""
    op.create_table(
        "products",
        sa.Column("product_id", Id, primary_key=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
    if op.get_bind().execute(sa.text("SELECT 1 FROM owners LIMIT 1")).first() is not None:
        table = sa.table("products", sa.column("product_id", Id), sa.column("created_at", UtcDateTime))
        op.execute(table.insert().values(product_id=NIL, created_at=datetime.now(UTC)))


def downgrade() -> None:
    """Downgrade to 0003."""
    op.drop_table("products")
