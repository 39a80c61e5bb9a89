"""Notifications over a real mail server that refuses, puts off, dies and comes back: each mail arrives once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.servers.base import ServerProcess
from deploy.servers.smtp import SmtpServer
from hanse_subgraph.ids import new_id
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.notifications.app import create
from subgraphs.notifications.settings import NotificationsSettings
from tests.subgraphs.harness import Person, Router, events_of, eventually, somebody, started
from tests.subgraphs.notifications.test_notifications import registered, tell

WELCOME = "Welcome to Hanse, Ann & Co"


@pytest.fixture
def router(tmp_path: Path) -> Router:
    """Who vouches for callers."""
    return Router(tmp_path / "router")


@pytest.fixture
def server(tmp_path: Path) -> SmtpServer:
    """A mail server that is not started yet."""
    return SmtpServer(tmp_path / "smtp", security="starttls", login=True)


@pytest.fixture
async def notifications(tmp_path: Path, router: Router, server: SmtpServer) -> AsyncIterator[SubgraphApp]:
    """The subgraph, which tries again soon."""
    server.prepare()
    with ServerProcess(server, tmp_path / "smtp.log"):
        pass  # its certificate must be there before it is named
    settings = NotificationsSettings.load(
        data_dir=tmp_path, router_jwks_url=router.jwks_url, mail_url=server.url, mail_first_pause_seconds=0.2
    )
    async with started(create(settings)) as app:
        yield app


def people(app: SubgraphApp, router: Router, count: int) -> dict[str, Person]:
    """New users by their address."""
    return {f"{number}@hanse.example": somebody(app, router, new_id()) for number in range(count)}


async def register(app: SubgraphApp, users: dict[str, Person]) -> None:
    """Tell that they have registered."""
    await tell(app, *(registered(person, email=address) for address, person in users.items()))


async def all_welcomed_once(server: SmtpServer, users: dict[str, Person]) -> None:
    """That each has got one mail, and nobody a second."""

    async def welcomed() -> set[str]:
        return {str(mail["To"]) for mail in server.mails()}

    await eventually(welcomed, set(users), seconds=60)
    assert sorted(str(mail["To"]) for mail in server.mails()) == sorted(users)
    assert {str(mail["Subject"]) for mail in server.mails()} == {WELCOME}


async def test_mail_waits_for_a_server_that_is_away(
    notifications: SubgraphApp, router: Router, server: SmtpServer, tmp_path: Path
) -> None:
    users = people(notifications, router, 10)
    await register(notifications, users)
    with ServerProcess(server, tmp_path / "smtp.log") as process:
        process.kill()
        await asyncio.sleep(0.5)
        await asyncio.to_thread(process.start)
        await all_welcomed_once(server, users)
    sent = await events_of(notifications, "mail.sent", count=len(users))
    assert {event.data["userId"] for event in sent} == {person.user_id for person in users.values()}


async def test_mail_that_is_put_off_comes_later_and_refused_mail_never(
    notifications: SubgraphApp, router: Router, server: SmtpServer, tmp_path: Path
) -> None:
    users = people(notifications, router, 3)
    with ServerProcess(server, tmp_path / "smtp.log"):
        server.answer("0@hanse.example", "550 5.1.1 nobody here")
        server.answer("1@hanse.example", "450 4.2.0 later")
        await register(notifications, users)
        (failed,) = await events_of(notifications, "mail.failed", count=1)
        assert failed.data["userId"] == users["0@hanse.example"].user_id
        assert "550" in failed.data["error"]
        await events_of(notifications, "mail.sent", count=1)
        server.answer("1@hanse.example", None)
        del users["0@hanse.example"]
        await all_welcomed_once(server, users)
