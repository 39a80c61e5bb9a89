"""The settings of the audit subgraph: `HANSE_AUDIT_<FIELD>` in the environment."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from hanse_subgraph.config import SubgraphSettings, settings_config


class AuditSettings(SubgraphSettings):
    """The settings of every subgraph, and those of the trail."""

    model_config = settings_config("audit")
    subgraph: ClassVar[str] = "audit"

    log_retention_days: float = Field(
        default=30, gt=0, description="Retention of log entries, in days. Audit entries are kept."
    )
    chain_key_file: Path | None = Field(
        default=None,
        description="File of the key of the audit chain, shared by all replicas; created if missing. Back it up.",
    )
    anchor_seconds: float = Field(
        default=300, gt=0, description="Interval at which the head of the audit chain is published, in seconds."
    )

    @property
    def chain_key(self) -> Path:
        """The file of the chain's key."""
        return self.chain_key_file or self.data_dir.absolute() / "keys" / "audit-chain.json"
