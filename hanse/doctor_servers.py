"""The part of `hanse doctor` that asks the servers which the environment names whether they answer, and take us."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from hanse.failures import Failure
from hanse.findings import Finding
from hanse.platform import SUBGRAPHS
from hanse.router import load_router_settings
from hanse_router.store import open_store as open_router_store
from hanse_router.store.base import StoreAway
from hanse_router.store.redis import RedisStore
from hanse_router.telemetry.metrics import Metrics
from hanse_subgraph.config import ConfigError
from hanse_subgraph.events.open import open_event_log
from hanse_subgraph.mail.protocol import MailError
from hanse_subgraph.mail.smtp import SmtpMailer, read_url
from hanse_subgraph.migrate import status
from hanse_subgraph.storage.open import open_store
from hanse_subgraph.storage.signing import Secret
from hanse_subgraph.subgraph_app import SubgraphApp
from hanse_wire.settings import SettingsError
from subgraphs.media.settings import MediaSettings
from subgraphs.notifications.settings import NotificationsSettings

SECONDS = 30.0  # for each server; each gives up sooner by itself
PATIENCE = 5.0  # for the store
EMBEDDED = {"sqlite+aiosqlite", "embedded", "file"}
STORE = "HANSE_ROUTER_STORE__URL"

Ask = Callable[[], Awaitable[str]]  # what was seen; raises what was wrong


def examine_servers() -> list[Finding]:
    """One finding for each variable of the environment that names a server, a server of several named once."""
    questions: dict[str, tuple[str, Ask]] = {}  # by URL: the variable that named it first
    findings: list[Finding] = []
    for name in SUBGRAPHS:
        variables = [f"HANSE_{name.upper()}_{field}_URL" for field in _ASKED]
        if not any(variable in os.environ for variable in variables):
            continue
        try:
            app = SUBGRAPHS[name].create()
        except Failure as failure:
            findings.append(Finding(name, False, failure.message))
            continue
        for variable, ask in zip(variables, _ASKED.values(), strict=True):
            if variable in os.environ and os.environ[variable].partition(":")[0] not in EMBEDDED:
                questions.setdefault(os.environ[variable], (variable, _bound(ask, app)))
    if os.environ.get(STORE, "memory:") != "memory:":
        questions[os.environ[STORE]] = STORE, _router_store
    return [*findings, *asyncio.run(_all(list(questions.values())))]


async def _all(questions: list[tuple[str, Ask]]) -> list[Finding]:
    return await asyncio.gather(*(_found(variable, ask) for variable, ask in questions))


async def _found(variable: str, ask: Ask) -> Finding:
    try:
        async with asyncio.timeout(SECONDS):
            return Finding(variable, True, await ask())
    except (ConfigError, MailError, SettingsError) as error:
        return Finding(variable, False, str(error))
    except StoreAway:
        return Finding(variable, False, "the store does not answer: start it, or correct the URL")
    except Failure as failure:
        return Finding(variable, False, failure.message)
    except TimeoutError:
        return Finding(variable, False, f"no answer within {SECONDS:.0f} s")


def _bound(ask: Callable[[SubgraphApp], Awaitable[str]], app: SubgraphApp) -> Ask:
    return lambda: ask(app)


async def _database(app: SubgraphApp) -> str:
    try:
        found = await status(app.database, app.migrations)
    finally:
        await app.database.close()
    pending = f", pending {', '.join(found.pending)}: run hanse migrate up" if found.pending else ", up to date"
    return f"{app.database.shown_url} answers: {found.current or 'empty'}{pending}"


async def _events(app: SubgraphApp) -> str:
    await (await open_event_log(app.settings.events)).close()
    return "the event log answers, and has its topics"


async def _objects(app: SubgraphApp) -> str:
    settings = app.settings
    assert isinstance(settings, MediaSettings)
    async with open_store(settings.storage, public_url="", secret=Secret(Path(os.devnull))).opened():
        return "the bucket is there, and ours to use"


async def _mail(app: SubgraphApp) -> str:
    settings = app.settings
    assert isinstance(settings, NotificationsSettings)
    await SmtpMailer(read_url(settings.mail)).check()
    return "the mail server takes us"


async def _router_store() -> str:
    patient = {"store": {"timeout_seconds": PATIENCE}}  # routers must not wait, and we may
    store = open_router_store(load_router_settings(None, patient), Metrics())
    try:
        if isinstance(store, RedisStore):
            await store.ask(lambda client: client.get("hanse"))
        return "the store answers"
    finally:
        await store.close()


# By the middle of the variable's name: HANSE_<SUBGRAPH>_DATABASE_URL, and so on.
_ASKED: dict[str, Callable[[SubgraphApp], Awaitable[str]]] = {
    "DATABASE": _database,
    "EVENTS": _events,
    "STORAGE": _objects,
    "MAIL": _mail,
}
