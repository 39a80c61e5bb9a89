"""The settings of errors of subgraphs."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hanse_router.settings_section import Section


class ErrorSettings(Section):
    """What clients see of the errors of subgraphs."""

    mask: Literal["all", "none"] | dict[str, bool] = Field(
        default="none",
        description="Mask errors: of `all` subgraphs, of `none`, or by name (`{reviews: false}`; others are masked). "
        "Default with `ENV=production`: `all`.",
    )
    codes: tuple[str, ...] = Field(
        default=(
            "BAD_REQUEST",
            "BAD_USER_INPUT",
            "CONFLICT",
            "DATABASE_BUSY",
            "FORBIDDEN",
            "MAIL_QUOTA_REACHED",
            "NOT_FOUND",
            "PASSWORD_NOT_FIRST",
            "PASSWORD_QUEUE_FULL",
            "RATE_LIMITED",
            "REQUEST_TOO_LARGE",
            "SERVICE_UNAVAILABLE",
            "SUBGRAPH_RESULT_LOST",
            "TOO_MANY_ATTEMPTS",
            "UNAUTHENTICATED",
        ),
        description="Codes of errors that are made for clients: they are not masked.",
    )
    extensions: tuple[str, ...] = Field(
        default=("fields", "retryAfter", "retryAfterSeconds"),
        description="Extensions of these errors that pass, besides `code` and `subgraph`.",
    )
