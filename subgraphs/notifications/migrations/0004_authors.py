"""Authors of what notifications and mails tell, and mails to be erased."""

import sqlalchemy as sa
from alembic import op

from hanse_subgraph.db import Id

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Upgrade from 0003."""
    with op.batch_alter_table("notifications") as notifications:
        notifications.add_column(sa.Column("author_id", Id, nullable=True))
        notifications.create_index("ix_notifications_author_id", ["author_id"])
    with op.batch_alter_table("mails") as mails:
        mails.add_column(sa.Column("author_id", Id, nullable=True))
        mails.add_column(sa.Column("is_erased", sa.Boolean, nullable=False, server_default=sa.false()))
        mails.create_index("ix_mails_author_id", ["author_id"])
        mails.create_index("ix_mails_is_erased", ["is_erased"])


def downgrade() -> None:
    """Downgrade to 0003."""
    with op.batch_alter_table("mails") as mails:
        mails.drop_index("ix_mails_is_erased")
        mails.drop_index("ix_mails_author_id")
        mails.drop_column("is_erased")
        mails.drop_column("author_id")
    with op.batch_alter_table("notifications") as notifications:
        notifications.drop_index("ix_notifications_author_id")
        notifications.drop_column("author_id")
