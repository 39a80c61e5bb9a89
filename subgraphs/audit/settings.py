"""The settings of the audit subgraph: `HANSE_AUDIT_<FIELD>` in the environment."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from hanse_subgraph.config import SubgraphSettings, settings_config


class AuditSettings(SubgraphSettings):
    """The settings of every subgraph, and how long log entries are kept."""

    model_config = settings_config("audit")
    subgraph: ClassVar[str] = "audit"

    log_retention_days: float = Field(
        default=30, gt=0, description="Retention of log entries, in days. Audit entries are kept."
    )
