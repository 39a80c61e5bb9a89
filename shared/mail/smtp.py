"""Mail over SMTP (RFC 5321), with STARTTLS where the server offers it."""

from __future__ import annotations

import asyncio
import smtplib
import ssl

from shared.mail.base import Mail, MailError

SECONDS = 20.0


class SmtpMailer:
    """Hands messages to a server, each on a connection of its own, off the event loop."""

    def __init__(self, host: str, port: int, *, user: str | None = None, password: str = "", tls: bool = False) -> None:
        self._host = host
        self._port = port
        self._user = user
        self._password = password
        self._tls = tls

    async def send(self, mail: Mail) -> None:
        """See Mailer."""
        try:
            await asyncio.to_thread(self._send, mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise MailError(f"the mail server refuses the recipient: {codes}", permanent=min(codes) >= 500) from error
        except smtplib.SMTPResponseException as error:
            reason = f"the mail server says {error.smtp_code}"
            raise MailError(reason, permanent=500 <= error.smtp_code < 600 and error.smtp_code != 535) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailError(f"the mail server {self._host}:{self._port} cannot be reached: {error}") from error

    def _send(self, mail: Mail) -> None:
        with self._connect() as server:
            if self._user is not None:
                server.login(self._user, self._password)
            server.send_message(mail.message())

    def _connect(self) -> smtplib.SMTP:
        if self._tls:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=SECONDS, context=ssl.create_default_context())
        server = smtplib.SMTP(self._host, self._port, timeout=SECONDS)
        try:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
        except BaseException:
            server.close()
            raise
        return server
