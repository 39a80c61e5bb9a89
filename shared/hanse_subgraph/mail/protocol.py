"""A message, and the protocol of what sends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Mail:
    """A message, as text and as HTML. `id` makes its Message-ID: sent again it is the same message."""

    id: str
    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    written_at: datetime

    def message(self) -> EmailMessage:
        """The message in the Internet Message Format (RFC 5322), multipart/alternative."""
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"] = self.sender, self.recipient
        message["Subject"] = " ".join(self.subject.split())
        message["Date"] = format_datetime(self.written_at)
        message["Message-ID"] = f"<{self.id}@{self.sender.rpartition('@')[2].rstrip('>')}>"
        message.set_content(self.text)
        message.add_alternative(self.html, subtype="html")
        return message


class MailError(Exception):
    """A message was not taken. It may be taken later, unless `permanent`."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class Mailer(Protocol):
    """Something that carries mail."""

    async def send(self, mail: Mail) -> None:
        """Hand a message over. Raises MailError."""
        ...

    async def forget(self, mail_id: str) -> None:
        """Delete what is kept here of a message that was sent. Raises MailError."""
        ...
