"""Mail over SMTP (RFC 5321), with STARTTLS (RFC 3207) or TLS, and a login (RFC 4954) where the URL has one."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from hanse_subgraph.mail.protocol import Mail, MailError
from hanse_wire.settings import SettingsError
from hanse_wire.url_options import UrlOptions

Encryption = Literal["auto", "require", "never", "tls"]
STARTTLS: dict[str, Encryption] = {"auto": "auto", "require": "require", "never": "never"}
OPTIONS = ("starttls", "ca", "timeout")
# 5xx replies about our settings, not about the message: it can be sent once the settings are corrected.
OF_SETTINGS = {530, 534, 535, 538}


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server, and how it is talked to."""

    host: str
    port: int
    user: str | None
    password: str
    encryption: Encryption
    ca: Path | None  # whose certificates are believed, beside the system's
    seconds: float  # for each step of a conversation

    def __repr__(self) -> str:
        return f"{self.host}:{self.port}"  # never the password


def read_url(url: str) -> SmtpServer:
    """The server of `smtp[s]://[USER:PASSWORD@]HOST[:PORT][?starttls=auto|require|never&ca=FILE&timeout=SECONDS]`.

    `smtps` is TLS from the start. STARTTLS is used where the server offers it; with a password it is required, for else
    an attacker could read it. `starttls=never` disables it. Raises SettingsError, without the password.
    """
    parts = urlsplit(url)
    options = UrlOptions(parts.query, OPTIONS, url="the mailer's URL")
    try:
        port = parts.port
    except ValueError as error:
        raise SettingsError("not the URL of a mailer: its port is no number from 1 to 65535") from error
    if not parts.hostname or parts.path not in ("", "/"):
        raise SettingsError("not the URL of a mailer; take smtp://HOST:PORT or smtps://HOST:PORT")
    return SmtpServer(
        parts.hostname,
        port or (465 if parts.scheme == "smtps" else 25),
        unquote(parts.username) if parts.username else None,
        unquote(parts.password or ""),
        _encryption(parts.scheme, options.choice("starttls", STARTTLS), login=bool(parts.username)),
        _certificates(options.text("ca")),
        options.seconds("timeout", 20, maximum=60),
    )


def _encryption(scheme: str, starttls: str | None, *, login: bool) -> Encryption:
    if scheme == "smtps":
        if starttls is not None:
            raise SettingsError(
                "the mailer's URL begins with smtps: and needs no option starttls: remove one of the two"
            )
        return "tls"
    if starttls is None:
        return "require" if login else "auto"
    return STARTTLS[starttls]


def _certificates(path: str | None) -> Path | None:
    if path is not None and not Path(path).is_file():
        raise SettingsError(f"option ca of the mailer's URL: there is no file {path}; give one of certificates (PEM)")
    return Path(path) if path is not None else None


class SmtpMailer:
    """Hands messages to a server, each on a connection of its own, off the event loop."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    async def send(self, mail: Mail) -> None:
        with self._failures():
            await asyncio.to_thread(self._send, mail)

    async def forget(self, mail_id: str) -> None:
        """Nothing is kept here: the message is the recipient's."""

    async def check(self) -> None:
        """Connect and sign in, and send nothing. Raises MailError."""
        with self._failures():
            await asyncio.to_thread(self._greet)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise MailError(f"the mail server refuses the recipient: {codes}", permanent=min(codes) >= 500) from error
        except smtplib.SMTPAuthenticationError as error:
            raise MailError(f"the mail server refuses the user or the password: {error.smtp_code}") from error
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            permanent = 500 <= error.smtp_code < 600 and error.smtp_code not in OF_SETTINGS
            raise MailError(f"the mail server says {error.smtp_code}", permanent=permanent) from error
        except smtplib.SMTPNotSupportedError as error:
            raise MailError(f"the mail server cannot do what is needed: {error}") from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailError(f"the mail server {self._server!r} cannot be reached: {error}") from error

    def _send(self, mail: Mail) -> None:
        with self._connect() as server:
            self._sign_in(server)
            server.send_message(mail.message())

    def _greet(self) -> None:
        with self._connect() as server:
            self._sign_in(server)

    def _sign_in(self, server: smtplib.SMTP) -> None:
        if self._server.user is not None:
            server.login(self._server.user, self._server.password)

    def _connect(self) -> smtplib.SMTP:
        to, seconds, encryption = (self._server.host, self._server.port), self._server.seconds, self._server.encryption
        if encryption == "tls":
            return smtplib.SMTP_SSL(*to, timeout=seconds, context=self._tls())
        server = smtplib.SMTP(*to, timeout=seconds)
        try:
            server.ehlo_or_helo_if_needed()
            if encryption == "require" or (encryption == "auto" and server.has_extn("starttls")):
                server.starttls(context=self._tls())
                server.ehlo()
        except BaseException:
            server.close()
            raise
        return server

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self._server.ca is not None:
            context.load_verify_locations(self._server.ca)
        return context
