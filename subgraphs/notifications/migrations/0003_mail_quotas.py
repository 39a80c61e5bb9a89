"""Whether addresses are verified, and how many mails were sent lately."""

import sqlalchemy as sa
from alembic import op

from hanse_subgraph.db import UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Upgrade from 0002. Addresses that are known already count as verified."""
    op.add_column("people", sa.Column("email_verified", sa.Boolean, nullable=False, server_default=sa.true()))
    op.create_table(
        "mail_quotas",
        sa.Column("key", sa.String(128), primary_key=True),
        sa.Column("since", UtcDateTime, nullable=False, index=True),
        sa.Column("mails", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Downgrade to 0002."""
    op.drop_table("mail_quotas")
    op.drop_column("people", "email_verified")
