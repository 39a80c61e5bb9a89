"""The settings of the notifications subgraph: `HANSE_NOTIFICATIONS_<FIELD>` in the environment."""

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
        default=16, ge=1, description="Maximum number of attempts to send a mail; 16 take about six hours."
    )
    mail_first_pause_seconds: float = Field(
        default=5.0, gt=0, description="Delay before the first retry, in seconds; it doubles with each retry."
    )
    mail_within_hours: float = Field(
        default=48, gt=0, description="Maximum age of an event that causes a mail, in hours."
    )
    mails_per_recipient_per_day: int = Field(
        default=50, ge=1, description="Maximum number of mails of one kind to one verified address in a day."
    )
    mails_per_sender_per_day: int = Field(
        default=100, ge=1, description="Maximum number of mails to others that one user can cause in a day."
    )
    verify_link: str = Field(
        default="http://127.0.0.1:4000/verify-email?token={token}",
        description="URL of the page that verifies an email address.",
    )
    reset_link: str = Field(
        default="http://127.0.0.1:4000/reset-password?token={token}",
        description="URL of the page that sets a new password.",
    )
    live_url: str = Field(
        default="memory:", description="Channel between replicas for live updates: memory: (none) or redis://..."
    )
    live_poll_seconds: float = Field(
        default=2.0, gt=0, description="Interval at which live notifications of other replicas are read, in seconds."
    )

    @property
    def mail(self) -> str:
        """The mailer's URL."""
        return self.mail_url or (self.data_dir.absolute() / "mail").as_uri()
