"""Choose the mailer by its URL."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from hanse_subgraph.mail.protocol import Mailer
from hanse_wire.settings import SettingsError


def open_mailer(url: str) -> Mailer:
    """The mailer at the URL: `file:///FOLDER`, or what `smtp.read_url` takes. Raises SettingsError."""
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path:
        from hanse_subgraph.mail.file import FileMailer

        return FileMailer(Path(unquote(parts.path)))
    if parts.scheme in ("smtp", "smtps"):
        from hanse_subgraph.mail.smtp import SmtpMailer, read_url

        return SmtpMailer(read_url(url))
    raise SettingsError("not the URL of a mailer; take file:///FOLDER or smtp://HOST:PORT")
