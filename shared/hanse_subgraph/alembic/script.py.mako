"""${message}."""

import sqlalchemy as sa
from alembic import op
${f"\n{imports}\n" if imports else ""}
revision = "${up_revision}"
down_revision = ${f'"{down_revision}"' if down_revision else None}


def upgrade() -> None:
    """Upgrade from ${down_revision or "an empty database"}."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Downgrade to ${down_revision or "an empty database"}."""
    ${downgrades if downgrades else "pass"}
