"""The process of the mail server: `python -m deploy.servers.smtp_process PORT FOLDER plain|starttls|tls [--login]`."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import signal
import ssl
import sys
from pathlib import Path
from time import time_ns
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from deploy.servers.smtp import PASSWORD, USER


class MailHandler:
    """Handles SMTP commands: replies to recipients as configured, and stores messages as files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """The reply to a recipient."""
        reply = self._folder / "answers" / Path(address).name
        if reply.exists():
            return reply.read_text()
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Store the message, once per recipient."""
        assert isinstance(envelope.content, bytes)
        for recipient in envelope.rcpt_tos:
            place = self._folder / "mails" / f"{time_ns()}.eml"
            part = place.with_suffix(".part")
            part.write_bytes(f"X-Recipient: {recipient}\r\n".encode() + envelope.content)
            part.replace(place)
        return "250 2.0.0 kept"


def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    """Check user and password."""
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=False)


def tls_context(folder: Path) -> ssl.SSLContext:
    """A TLS context with a certificate for 127.0.0.1, created if missing."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    if not certificate.exists():
        _issue(certificate, key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


def _issue(certificate: Path, key: Path) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail server of this machine")])
    now = datetime.datetime.now(datetime.UTC)
    issued = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(private, SHA256())
    )
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    key.touch(mode=0o600)
    key.write_bytes(private.private_bytes(*form))
    certificate.write_bytes(issued.public_bytes(serialization.Encoding.PEM))


async def main(port: int, folder: Path, security: str, *, login: bool) -> None:
    """Serve until stopped."""
    context = tls_context(folder) if security != "plain" else None
    starts_tls = security == "starttls"

    def conversation() -> SMTP:
        return SMTP(
            MailHandler(folder),
            hostname="127.0.0.1",
            enable_SMTPUTF8=True,
            tls_context=context if starts_tls else None,
            require_starttls=starts_tls,
            auth_required=login,
            auth_require_tls=starts_tls,
            authenticator=authenticate if login else None,
        )

    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    server = await loop.create_server(conversation, "127.0.0.1", port, ssl=context if security == "tls" else None)
    async with server:
        await stopped.wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], login="--login" in sys.argv))
