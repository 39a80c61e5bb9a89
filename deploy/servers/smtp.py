"""A mail server that stores messages: aiosmtpd, plain, with STARTTLS or TLS, with or without authentication."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlencode

from deploy.servers.base import ServerMissing, accepts, free_port

USER, PASSWORD = "hanse", "only for this machine"  # of a server that only this machine can reach
Security = Literal["plain", "starttls", "tls"]


class SmtpServer:
    """Stores mail in `mails/`, one file per message. `answer` sets the reply for a recipient."""

    def __init__(
        self, folder: Path, port: int | None = None, *, security: Security = "plain", login: bool = False
    ) -> None:
        """`security` is TLS from the start, after STARTTLS, or never. `login` requires authentication."""
        self.name = "-".join(["smtp", *([] if security == "plain" else [security]), *(["login"] if login else [])])
        self.folder = folder
        self.port = port or free_port()
        self.security = security
        self.login = login

    @property
    def url(self) -> str:
        """The URL, with the certificate's issuer and the login."""
        who = f"{USER}:{quote(PASSWORD, safe='')}@" if self.login else ""
        scheme = "smtps" if self.security == "tls" else "smtp"
        options = f"?{urlencode({'ca': str(self.certificate)})}" if self.security != "plain" else ""
        return f"{scheme}://{who}127.0.0.1:{self.port}{options}"

    @property
    def certificate(self) -> Path:
        """Its self-signed certificate."""
        return self.folder / "certificate.pem"

    def prepare(self) -> None:
        for folder in ("mails", "answers"):
            (self.folder / folder).mkdir(parents=True, exist_ok=True)

    def command(self) -> list[str]:
        if importlib.util.find_spec("aiosmtpd") is None:
            raise ServerMissing("the mail server is not installed: run make test-integration or make stack")
        options = ["--login"] if self.login else []
        program = [sys.executable, "-m", "deploy.servers.smtp_process"]
        return [*program, str(self.port), str(self.folder), self.security, *options]

    def environment(self) -> Mapping[str, str]:
        return {}

    def ready(self) -> bool:
        return accepts(self.port)

    def answer(self, recipient: str, reply: str | None) -> None:
        """Set the reply for this recipient, such as `450 4.2.0 later`; None accepts their mail again."""
        file = self.folder / "answers" / recipient
        if reply is None:
            file.unlink(missing_ok=True)
        else:
            file.write_text(reply)

    def mails(self, recipient: str | None = None) -> list[EmailMessage]:
        """The accepted messages, oldest first; for one recipient or all."""
        files = sorted((self.folder / "mails").glob("*.eml"))
        messages = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
        return [message for message in messages if recipient in (None, message["X-Recipient"])]
