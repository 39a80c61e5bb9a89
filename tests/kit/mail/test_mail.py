"""Mail as files and over SMTP: the same message, and what goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from hanse_subgraph.mail.open import open_mailer
from hanse_subgraph.mail.protocol import Mail, MailError
from hanse_subgraph.mail.smtp import read_url
from hanse_wire.settings import SettingsError

MAIL = Mail(
    id="m1",
    sender="Hanse <no-reply@hanse.example>",
    recipient="ann@hanse.example",
    subject="Grüße\nBcc: everybody@hanse.example",
    text="Guten Wind, Ærø!\n.\nEnde\n",
    html="<p>Guten Wind, Ærø!</p>",
    written_at=datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
)


def check(raw: bytes) -> None:
    """That this is the message above."""
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    assert message["Subject"] == "Grüße Bcc: everybody@hanse.example", "a subject cannot become a header"
    assert message["Bcc"] is None
    assert message["Message-ID"] == "<m1@hanse.example>"
    assert message["To"] == "ann@hanse.example"
    text, page = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content().splitlines() == MAIL.text.splitlines()
    assert page.get_content().strip() == MAIL.html


async def test_mail_as_a_file(tmp_path: Path) -> None:
    mailer = open_mailer((tmp_path / "mail").as_uri())
    await mailer.send(MAIL)
    await mailer.send(MAIL)
    (path,) = (tmp_path / "mail").iterdir()
    assert path.name == "m1.eml"
    check(path.read_bytes())


async def test_a_folder_that_cannot_be_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MailError, match="cannot write"):
        await open_mailer((tmp_path / "file" / "mail").as_uri()).send(MAIL)


class SmtpServer:
    """As much of an SMTP server as one message needs; it answers RCPT as told."""

    def __init__(self, on_recipient: str) -> None:
        self.on_recipient = on_recipient
        self.messages: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One conversation."""
        writer.write(b"220 ready\r\n")
        while line := await reader.readline():
            verb = line[:4].upper().decode().strip()
            if verb == "DATA":
                writer.write(b"354 go on\r\n")
                raw = await reader.readuntil(b"\r\n.\r\n")
                self.messages.append(raw[:-3].replace(b"\r\n..", b"\r\n."))
                writer.write(b"250 taken\r\n")
            elif verb == "RCPT":
                writer.write(f"{self.on_recipient}\r\n".encode())
            elif verb == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 fine\r\n")
        writer.close()


@asynccontextmanager
async def smtp(on_recipient: str = "250 fine") -> AsyncIterator[tuple[SmtpServer, str]]:
    """A server, and its URL."""
    server = SmtpServer(on_recipient)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    async with listening:
        yield server, f"smtp://127.0.0.1:{listening.sockets[0].getsockname()[1]}"


async def test_mail_over_smtp() -> None:
    async with smtp() as (server, url):
        await open_mailer(url).send(MAIL)
    (raw,) = server.messages
    check(raw)


@pytest.mark.parametrize(("answer", "permanent"), [("550 nobody here", True), ("450 later", False)])
async def test_a_refused_recipient(answer: str, permanent: bool) -> None:
    async with smtp(answer) as (_, url):
        with pytest.raises(MailError) as refused:
            await open_mailer(url).send(MAIL)
    assert refused.value.permanent is permanent


async def test_a_server_that_is_away_is_tried_again() -> None:
    async with smtp() as (_, url):
        pass
    with pytest.raises(MailError, match="cannot be reached") as refused:
        await open_mailer(url).send(MAIL)
    assert refused.value.permanent is False


@pytest.mark.parametrize("url", ["", "file:", "smtp://", "pigeon://home", "smtp://user:s3cret@"])
def test_an_unknown_url_is_refused_without_its_secret(url: str) -> None:
    with pytest.raises(SettingsError, match="smtp://HOST:PORT") as refused:
        open_mailer(url)
    assert "s3cret" not in str(refused.value)


def test_what_a_url_says() -> None:
    plain = read_url("smtp://mail.example")
    assert (plain.host, plain.port, plain.user, plain.encryption) == ("mail.example", 25, None, "auto")
    signed_in = read_url("smtp://ann%40x:p%2Fw%20d@mail.example:587?timeout=5")
    assert (signed_in.user, signed_in.password, signed_in.port) == ("ann@x", "p/w d", 587)
    assert (signed_in.encryption, signed_in.seconds) == ("require", 5.0), "no password goes over an open line"
    assert "p/w d" not in repr(signed_in)
    assert read_url("smtp://ann:pw@127.0.0.1?starttls=never").encryption == "never"
    implicit = read_url("smtps://mail.example")
    assert (implicit.port, implicit.encryption) == (465, "tls")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("smtp://u:s3cret@h?tls=1", "unknown option 'tls'"),
        ("smtp://u:s3cret@h?starttls=perhaps", "use one of auto, require, never"),
        ("smtps://u:s3cret@h?starttls=require", "remove one of the two"),
        ("smtp://u:s3cret@h?ca=/not/there.pem", "there is no file"),
        ("smtp://u:s3cret@h?timeout=soon", "use a number of seconds up to 60"),
        ("smtp://u:s3cret@h?timeout=600", "use a number of seconds up to 60"),
        ("smtp://u:s3cret@h:port", "port is no number"),
        ("smtp://u:s3cret@h/folder", "take smtp://HOST:PORT"),
    ],
)
def test_a_url_that_makes_no_sense_is_refused_in_one_line(url: str, problem: str) -> None:
    with pytest.raises(SettingsError) as refused:
        open_mailer(url)
    assert problem in str(refused.value)
    assert "s3cret" not in str(refused.value)
    assert "\n" not in str(refused.value)
