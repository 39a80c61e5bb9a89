"""The part of `hanse doctor` that checks the servers which the environment names."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping

from hanse.check_result import CheckResult
from hanse.project import Project
from hanse.router import load_router_settings
from hanse_router.store import open_store as open_router_store
from hanse_router.store.protocol import StoreUnavailable
from hanse_router.store.redis import RedisStore
from hanse_router.telemetry.metrics import Metrics
from hanse_subgraph.events.open import open_event_log
from hanse_subgraph.mail.protocol import MailError
from hanse_subgraph.migrate import status
from hanse_subgraph.subgraph_app import SubgraphApp
from hanse_wire.command_line import CommandError
from hanse_wire.settings import SettingsError

TIMEOUT = 30.0  # seconds for each server; each check has a shorter timeout of its own
STORE_TIMEOUT = 5.0  # seconds; longer than the router's, which must not wait
EMBEDDED = {"sqlite+aiosqlite", "embedded", "file"}  # URL schemes without a server
STORE = "HANSE_ROUTER_STORE__URL"

Check = Callable[[], Awaitable[str]]  # returns what was found; raises what is wrong


def check_servers(project: Project) -> list[CheckResult]:
    """One result for each variable of the environment that names a server. A URL that several name is checked once."""
    checks: dict[str, tuple[str, Check]] = {}  # by URL: the first variable that names it
    results: list[CheckResult] = []
    for name, subgraph in project.subgraphs.items():
        declared: Mapping[str, Callable[[SubgraphApp], Awaitable[str]]] = {
            "database_url": _database,
            "events_url": _events,
            **subgraph.declared.server_checks,
        }
        variables = {f"HANSE_{name}_{field}".upper(): check for field, check in declared.items()}
        if not any(variable in os.environ for variable in variables):
            continue
        try:
            app = subgraph.create()
        except CommandError as error:
            results.append(CheckResult(name, False, error.message))
            continue
        for variable, check in variables.items():
            if variable in os.environ and os.environ[variable].partition(":")[0] not in EMBEDDED:
                checks.setdefault(os.environ[variable], (variable, _bound(check, app)))
    if os.environ.get(STORE, "memory:") != "memory:":
        checks[os.environ[STORE]] = STORE, _router_store
    return [*results, *asyncio.run(_all(list(checks.values())))]


async def _all(checks: list[tuple[str, Check]]) -> list[CheckResult]:
    return await asyncio.gather(*(_result(variable, check) for variable, check in checks))


async def _result(variable: str, check: Check) -> CheckResult:
    try:
        async with asyncio.timeout(TIMEOUT):
            return CheckResult(variable, True, await check())
    except (MailError, SettingsError) as error:
        return CheckResult(variable, False, str(error))
    except StoreUnavailable:
        return CheckResult(variable, False, "the store does not answer: start it, or correct the URL")
    except CommandError as error:
        return CheckResult(variable, False, error.message)
    except TimeoutError:
        return CheckResult(variable, False, f"no answer within {TIMEOUT:.0f} s")


def _bound(check: Callable[[SubgraphApp], Awaitable[str]], app: SubgraphApp) -> Check:
    return lambda: check(app)


async def _database(app: SubgraphApp) -> str:
    try:
        found = await status(app.database, app.migrations)
    finally:
        await app.database.close()
    pending = f", pending {', '.join(found.pending)}: run hanse migrate up" if found.pending else ", up to date"
    return f"{app.database.shown_url} answers: {found.current or 'empty'}{pending}"


async def _events(app: SubgraphApp) -> str:
    await (await open_event_log(app.settings.events, app.platform.topics)).close()
    return "the event log answers, and has its topics"


async def _router_store() -> str:
    store = open_router_store(load_router_settings(None, {"store": {"timeout_seconds": STORE_TIMEOUT}}), Metrics())
    try:
        if isinstance(store, RedisStore):
            await store.run(lambda client: client.get("hanse"))
        return "the store answers"
    finally:
        await store.close()
