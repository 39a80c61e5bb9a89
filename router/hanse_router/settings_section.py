"""The base of the sections of the router's settings."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """One section. Unknown settings are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)
