"""The settings of demand control."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hanse_router.settings_section import Section


class DemandControlSettings(Section):
    """The cost of operations: `@cost` and `@listSize` in the supergraph."""

    mode: Literal["off", "measure", "enforce"] = Field(
        default="enforce",
        description="`enforce`: refuse operations above `max_cost`; `measure`: count them; `off`: compute no cost.",
    )
    max_cost: int = Field(default=10_000, ge=1, description="Maximum estimated cost of an operation.")
    list_size: int = Field(default=5, ge=0, description="Assumed size of a list without `@listSize`.")
    introspection_cost: int = Field(default=2_500, ge=0, description="Cost of the standard introspection query.")
    actual: bool = Field(
        default=False, description="Count the actual cost of every response, for the metrics; `measure` always does."
    )
    extensions: Literal["never", "on_request", "always"] = Field(
        default="on_request",
        description="Send the cost in `extensions.cost`; `on_request`: to requests with the header `x-hanse-cost`.",
    )
