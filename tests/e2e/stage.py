"""A running platform as the long story needs it, whatever it runs on: where it is, its mail, and its first admin."""

from __future__ import annotations

import asyncio
import email
import email.policy
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from tests.e2e.processes import HANSE, run_to_end

MailBox = Callable[[], Iterable[EmailMessage]]  # all that was sent so far
ADMIN, ADMIN_PASSWORD = "vera", "the-keel-is-laid-2026"
PATIENCE = 20.0  # seconds until what was done must be seen by those who hear of it through events


@dataclass(frozen=True)
class Stage:
    """A platform without data, on which ADMIN was made by `hanse users create-admin`."""

    url: str  # of GraphQL
    sent: MailBox
    patience: float = PATIENCE

    async def mail(self, address: str, subject: str) -> str:
        """The text of the mail to an address whose subject begins so; it must come in time."""
        async with asyncio.timeout(self.patience):
            while True:
                for message in await asyncio.to_thread(lambda: list(self.sent())):
                    if message["To"] == address and str(message["Subject"]).startswith(subject):
                        body = message.get_body(("plain",))
                        assert body is not None
                        return str(body.get_content())
                await asyncio.sleep(0.1)


def files_in(folder: Path) -> MailBox:
    """The mails that a platform writes down as .eml files."""

    def sent() -> Iterable[EmailMessage]:
        for path in sorted(folder.glob("*.eml")):
            yield email.message_from_bytes(path.read_bytes(), policy=email.policy.default)

    return sent


def make_admin(data: Path, **environment: str) -> None:
    """Make ADMIN from outside, as a person does first of all; the environment names other databases."""
    options = ("--email", "vera@example.org", "--username", ADMIN, "--data", data)
    done = run_to_end(
        HANSE, "users", "create-admin", *options, env={"HANSE_ADMIN_PASSWORD": ADMIN_PASSWORD, **environment}
    )
    assert done.returncode == 0, done.stderr


def token_in(text: str) -> str:
    """The token of the link in a mail."""
    found = re.search(r"[?&]token=([\w-]+)", text)
    assert found, text
    return found[1]
