"""Keyed entries, whose personal data can be erased. Existing entries stay as they are: version 1."""

import sqlalchemy as sa
from alembic import op

from hanse_subgraph.db import Id, UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Upgrade from 0001."""
    with op.batch_alter_table("audit_entries") as entries:
        entries.add_column(sa.Column("version", sa.Integer, nullable=False, server_default="1"))
        entries.add_column(sa.Column("person_id", Id, nullable=True))
        entries.add_column(sa.Column("personal", sa.JSON, nullable=True))
        entries.add_column(sa.Column("personal_salt", sa.String(32), nullable=True))
        entries.add_column(sa.Column("personal_digest", sa.String(64), nullable=True))
        entries.add_column(sa.Column("client_salt", sa.String(32), nullable=True))
        entries.add_column(sa.Column("client_digest", sa.String(64), nullable=True))
        entries.add_column(sa.Column("erased_at", UtcDateTime, nullable=True))
        entries.create_index("ix_audit_entries_person_id", ["person_id"])


def downgrade() -> None:
    """Downgrade to 0001. Keyed entries lose what only they have: the older program cannot verify them."""
    with op.batch_alter_table("audit_entries") as entries:
        entries.drop_index("ix_audit_entries_person_id")
        for column in (
            "version",
            "person_id",
            "personal",
            "personal_salt",
            "personal_digest",
            "client_salt",
            "client_digest",
            "erased_at",
        ):
            entries.drop_column(column)
