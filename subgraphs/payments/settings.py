"""The settings of the payments subgraph: `HANSE_PAYMENTS_<FIELD>` in the environment."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from hanse_subgraph.config import SubgraphSettings, settings_config


class PaymentsSettings(SubgraphSettings):
    """The settings of every subgraph, and those of credit."""

    model_config = settings_config("payments")
    subgraph: ClassVar[str] = "payments"

    currency: str = Field(default="EUR", pattern="^[A-Z]{3}$", description="Currency of all accounts (ISO 4217).")
    credit_limit_minor: int = Field(default=100_000, ge=0, description="Maximum debt of a user, in minor units.")
