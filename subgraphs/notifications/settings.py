"""What the notifications subgraph can be told; `HANSE_NOTIFICATIONS_<FIELD>` in the environment."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from hanse_subgraph.config import SubgraphSettings, settings_config


class NotificationsSettings(SubgraphSettings):
    """The settings of every subgraph, and those of mail."""

    model_config = settings_config("notifications")
    subgraph: ClassVar[str] = "notifications"

    mail_url: str = Field(
        default="",
        description="file:///FOLDER, smtp://USER:PASSWORD@HOST:PORT or smtps://...; "
        "?starttls=auto|require|never, &ca=FILE, &timeout=SECONDS.",
    )
    mail_sender: str = Field(default="Hanse <no-reply@hanse.example>", description="The sender of all mail.")
    mail_attempts: int = Field(
        default=16, ge=1, description="How often a mail is tried before it is given up: 16 last six hours."
    )
    mail_first_pause_seconds: float = Field(default=5.0, gt=0, description="The pause after a failure; it doubles.")
    mail_within_hours: float = Field(
        default=48, gt=0, description="What happened longer ago is told in the app, but not mailed any more."
    )
    verify_link: str = Field(
        default="http://127.0.0.1:4000/verify-email?token={token}", description="The link that verifies an address."
    )
    reset_link: str = Field(
        default="http://127.0.0.1:4000/reset-password?token={token}", description="The link for a new password."
    )
    live_url: str = Field(
        default="memory:", description="How replicas wake each other's subscribers: memory: (not at all), redis://..."
    )
    live_poll_seconds: float = Field(
        default=2.0, gt=0, description="How soon live notifications show what another replica handled."
    )

    @property
    def mail(self) -> str:
        """The mailer's URL."""
        return self.mail_url or (self.data_dir.absolute() / "mail").as_uri()
