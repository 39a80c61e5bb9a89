"""Mail as the rest of the code sees it, whatever carries it; chosen once, from a URL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from hanse_subgraph.config import ConfigError


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


def open_mailer(url: str) -> Mailer:
    """The mailer at the URL: `file:///FOLDER`, or what `smtp.read_url` takes.

    Raises ConfigError.
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path:
        from hanse_subgraph.mail.file import FileMailer

        return FileMailer(Path(unquote(parts.path)))
    if parts.scheme in ("smtp", "smtps"):
        from hanse_subgraph.mail.smtp import SmtpMailer, read_url

        return SmtpMailer(read_url(url))
    raise ConfigError("not the URL of a mailer; take file:///FOLDER or smtp://HOST:PORT")
