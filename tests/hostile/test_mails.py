"""The platform is no tool to send mail to strangers, and users cannot put links into its mails."""

from __future__ import annotations

import asyncio
import email
import email.policy
import time
from collections.abc import AsyncIterator, Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.in_process import platform_in_process
from tests.e2e.stage import token_in

PASSWORD = "a-long-quiet-harbour"
LURE = "Free gold https://evil.example/x\r\nBcc: all@evil.example www.evil.example"
REGISTER = """
mutation ($input: RegisterInput!) { register(input: $input) { accessToken user { id } } }
"""
VERIFY = "mutation ($token: String!) { verifyEmail(token: $token) { emailVerified } }"
AGAIN = "mutation { requestEmailVerification }"
CHANGE = "mutation ($email: String!) { updateProfile(input: { email: $email }) { id } }"
DELETE = "mutation ($password: String!) { deleteMyAccount(password: $password) }"
RESET = "mutation ($email: String!) { requestPasswordReset(email: $email) }"
TASK = "mutation ($title: String!, $to: ID) { createTask(input: { title: $title, assigneeId: $to }) { id } }"
CONSENT = "mutation { setNotificationPreference(kind: TASK_ASSIGNED, inApp: true, byMail: true) { byMail } }"
PAY = """
mutation ($what: String!) {
  createTransaction(input: { amount: { amountMinor: 100 }, description: $what }) { id }
  payTransactions { total { amountMinor } }
}
"""


class MailBoxes:
    """The platform behind a client, and the mails that it has sent."""

    def __init__(self, client: httpx.AsyncClient, folder: Path) -> None:
        self._client = client
        self._folder = folder

    async def send(self, query: str, token: str = "", /, **variables: Any) -> dict[str, Any]:
        """The response to an operation."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        reply = await self._client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
        response: dict[str, Any] = reply.json()
        return response

    async def data(self, query: str, token: str = "", /, **variables: Any) -> dict[str, Any]:
        """The data of an operation that must succeed."""
        response = await self.send(query, token, **variables)
        assert "errors" not in response, response
        data: dict[str, Any] = response["data"]
        return data

    async def register(self, name: str, **details: Any) -> tuple[str, str]:
        """Token and id of a new user."""
        account = {"email": f"{name}@example.org", "username": name, "password": PASSWORD, **details}
        made = (await self.data(REGISTER, input=account))["register"]
        return made["accessToken"], made["user"]["id"]

    async def register_verified(self, name: str, **details: Any) -> tuple[str, str]:
        """The same, with the address verified and the welcome received."""
        made = await self.register(name, **details)
        [mail] = await self.received(f"{name}@example.org", 1)
        await self.data(VERIFY, token=token_in(text_of(mail)))
        await self.received(f"{name}@example.org", 2)
        return made

    def mails(self, address: str) -> list[EmailMessage]:
        """The mails to an address so far."""
        paths = self._folder.glob("*.eml")
        found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]
        return [mail for mail in found if isinstance(mail, EmailMessage) and mail["To"] == address]

    async def received(self, address: str, count: int) -> list[EmailMessage]:
        """The mails to an address, when there are so many."""
        await until(lambda: len(self.mails(address)) >= count)
        return self.mails(address)

    async def quiet(self, name: str) -> None:
        """When everything before now is mailed: a new user's mail comes after it."""
        await self.register_verified(name)


async def until(is_true: Callable[[], bool]) -> None:
    """When it is true; it must be within 30 seconds."""
    deadline = time.monotonic() + 30
    while not is_true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.fixture
async def boxes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MailBoxes]:
    """The platform, with cheap hashes."""
    monkeypatch.setenv("HANSE_USERS_ARGON2_MEMORY_KIB", "64")
    monkeypatch.setenv("HANSE_USERS_ARGON2_TIME_COST", "1")
    async with platform_in_process(tmp_path) as (client, subgraphs):
        yield MailBoxes(client, subgraphs["notifications"].settings.data_dir / "mail")


async def test_a_strangers_address_receives_one_mail(boxes: MailBoxes) -> None:
    victim = "victim@example.org"
    for number in range(3):
        token, _ = await boxes.register(f"spammer{number}", email=f"S{number}@example.org")
        await boxes.data(CHANGE, token, email=victim)
        for _ in range(3):
            await boxes.data(AGAIN, token)
        await boxes.data(RESET, email=victim)
        await boxes.data(PAY, token, what="spam")
    for name in ("first", "second"):
        token, _ = await boxes.register(name, email=victim)
        assert (await boxes.data(DELETE, token, password=PASSWORD))["deleteMyAccount"] is True
    await boxes.quiet("last")
    assert [mail["Subject"] for mail in boxes.mails(victim)] == ["Verify your email address"]


async def test_strangers_cannot_mail_a_user_by_tasks(boxes: MailBoxes) -> None:
    _, victim = await boxes.register_verified("victim")
    token, _ = await boxes.register_verified("spammer")
    for _ in range(3):
        await boxes.data(TASK, token, title=LURE, to=victim)
    await boxes.quiet("last")
    assert len(boxes.mails("victim@example.org")) == 2, "the link and the welcome"


async def test_names_and_titles_are_plain_text(boxes: MailBoxes) -> None:
    assert "errors" in await boxes.send(
        REGISTER,
        input={
            "email": "two.lines@example.org",
            "username": "lines",
            "password": PASSWORD,
            "firstName": LURE,
        },
    )
    lure = " ".join(LURE.split())
    token, user_id = await boxes.register_verified("victim", firstName=lure)
    await boxes.data(CONSENT, token)
    await boxes.data(PAY, token, what=LURE)
    spammer, _ = await boxes.register("spammer")
    await boxes.data(TASK, spammer, title=LURE, to=user_id)
    mails = await boxes.received("victim@example.org", 4)
    assert len({mail["Subject"].split()[0] for mail in mails}) == 4, "link, welcome, receipt, task"
    for mail in mails:
        page = mail.get_body(("html",))
        assert page is not None
        for content in (str(mail["Subject"]), text_of(mail), page.get_content()):
            assert "Free gold https[:]//evil[.]example/x" in content or "evil" not in content
            assert "evil.example" not in content
            assert content.count("://") == content.count("http://127.0.0.1:4000/verify-email?token=")
        assert mail["Bcc"] is None
        assert len(mail["Subject"]) <= 200
