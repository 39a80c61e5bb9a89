"""indexes that find the versions of a schema."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Upgrade from 0003."""
    with op.batch_alter_table("registry_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registry_versions_api"), ["api"], unique=False)
        batch_op.create_index(batch_op.f("ix_registry_versions_supergraph"), ["supergraph"], unique=False)

    with op.batch_alter_table("registry_version_subgraphs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registry_version_subgraphs_sdl"), ["sdl"], unique=False)


def downgrade() -> None:
    """Downgrade to 0003."""
    with op.batch_alter_table("registry_version_subgraphs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registry_version_subgraphs_sdl"))

    with op.batch_alter_table("registry_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registry_versions_supergraph"))
        batch_op.drop_index(batch_op.f("ix_registry_versions_api"))
