"""The SMTP mailer and a real mail server: every way in, and every refusal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from deploy.servers.base import ServerProcess, free_port
from deploy.servers.smtp import PASSWORD, SmtpServer
from hanse_subgraph.mail.open import open_mailer
from hanse_subgraph.mail.protocol import MailError
from tests.kit.mail.test_mail import MAIL, check
from tests.serving import serve

LOGIN = f"hanse:{quote(PASSWORD, safe='')}@"


@pytest.fixture(scope="session")
def starttls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmtpServer]:
    """A server that takes mail after STARTTLS and a login."""
    server = SmtpServer(tmp_path_factory.mktemp("smtp-starttls"), security="starttls", login=True)
    for _ in serve(server, tmp_path_factory):
        yield server


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmtpServer]:
    """A server that speaks TLS from the start, and wants a login."""
    server = SmtpServer(tmp_path_factory.mktemp("smtp-tls"), security="tls", login=True)
    for _ in serve(server, tmp_path_factory):
        yield server


@pytest.mark.parametrize("kind", ["smtp_server", "starttls", "tls"])
async def test_mail_arrives_as_it_was_written(kind: str, request: pytest.FixtureRequest) -> None:
    server: SmtpServer = request.getfixturevalue(kind)
    await open_mailer(server.url).send(MAIL)
    (taken,) = server.mails(MAIL.recipient)
    check(taken.as_bytes())


@pytest.mark.parametrize(
    ("reply", "permanent"),
    [
        ("550 5.1.1 nobody here", True),
        ("553 5.1.3 no address", True),
        ("450 4.2.0 later", False),
        ("421 4.3.2 closing", False),
    ],
)
async def test_a_recipient_is_refused(smtp_server: SmtpServer, reply: str, permanent: bool) -> None:
    mail = replace(MAIL, recipient="gone@hanse.example")
    smtp_server.answer(mail.recipient, reply)
    with pytest.raises(MailError) as refused:
        await open_mailer(smtp_server.url).send(mail)
    assert refused.value.permanent is permanent
    assert smtp_server.mails(mail.recipient) == []


@pytest.mark.parametrize("kind", ["starttls", "tls"])
async def test_a_wrong_password_is_no_fault_of_the_mail(kind: str, request: pytest.FixtureRequest) -> None:
    server: SmtpServer = request.getfixturevalue(kind)
    url = server.url.replace(quote(PASSWORD, safe=""), "wr0ng")
    with pytest.raises(MailError, match="refuses the user or the password") as refused:
        await open_mailer(url).send(MAIL)
    assert refused.value.permanent is False
    assert "wr0ng" not in str(refused.value)


async def test_mail_without_a_login_is_no_fault_of_the_mail(starttls: SmtpServer) -> None:
    with pytest.raises(MailError) as refused:
        await open_mailer(starttls.url.replace(LOGIN, "")).send(MAIL)
    assert refused.value.permanent is False


@pytest.mark.parametrize("kind", ["starttls", "tls"])
async def test_an_unknown_certificate_is_not_believed(kind: str, request: pytest.FixtureRequest) -> None:
    server: SmtpServer = request.getfixturevalue(kind)
    with pytest.raises(MailError, match="certificate"):
        await open_mailer(server.url.partition("?")[0]).send(MAIL)


async def test_no_password_goes_over_an_open_line(smtp_server: SmtpServer) -> None:
    url = f"smtp://ann:s3cret@127.0.0.1:{smtp_server.port}"
    with pytest.raises(MailError, match="STARTTLS") as refused:
        await open_mailer(url).send(MAIL)
    assert refused.value.permanent is False


async def test_a_server_that_is_away_says_so_soon(tmp_path: Path) -> None:
    with pytest.raises(MailError, match="cannot be reached") as refused:
        await open_mailer(f"smtp://127.0.0.1:{free_port()}").send(MAIL)
    assert refused.value.permanent is False


async def test_a_server_that_answers_nothing_is_left_after_the_time_out(tmp_path: Path) -> None:
    server = SmtpServer(tmp_path / "smtp", security="tls")  # it waits for TLS, and we for its greeting
    with ServerProcess(server, tmp_path / "log"), pytest.raises(MailError, match="cannot be reached"):
        await open_mailer(f"smtp://127.0.0.1:{server.port}?timeout=0.3").send(MAIL)
