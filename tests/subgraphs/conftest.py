"""Each subgraph, running on a folder of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.project import PROJECT
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.analytics.app import create as create_analytics
from subgraphs.analytics.settings import AnalyticsSettings
from subgraphs.audit.app import create as create_audit
from subgraphs.audit.settings import AuditSettings
from subgraphs.catalog.app import create as create_catalog
from subgraphs.catalog.settings import CatalogSettings
from subgraphs.notifications.app import create as create_notifications
from subgraphs.notifications.settings import NotificationsSettings
from subgraphs.payments.app import create as create_payments
from subgraphs.payments.settings import PaymentsSettings
from subgraphs.tasks.app import create as create_tasks
from subgraphs.tasks.settings import TasksSettings
from subgraphs.users.app import create as create_users
from subgraphs.users.settings import UsersSettings
from tests.databases import NewDatabase
from tests.subgraphs.harness import CHEAP_HASHES, Router, started

SUBGRAPHS = ("users", "catalog", "analytics", "tasks", "payments", "audit", "notifications", "media")


@pytest.fixture(autouse=True)
def databases(
    request: pytest.FixtureRequest, on_postgres: bool, new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL, a database for each subgraph that the test may start, here or in processes of its own."""
    if on_postgres:
        folder = request.path.parent.name
        requests = {name for name in SUBGRAPHS if name in (folder, *request.fixturenames)}
        for name in requests or SUBGRAPHS:
            monkeypatch.setenv(f"HANSE_{name}_DATABASE_URL".upper(), new_database(name))


@pytest.fixture
def router(tmp_path: Path) -> Router:
    """Who vouches for callers."""
    return Router(tmp_path / "router")


@pytest.fixture
async def users(tmp_path: Path, router: Router) -> AsyncIterator[SubgraphApp]:
    """The users subgraph, with cheap password hashes."""
    settings = UsersSettings.load(data_dir=tmp_path, router_jwks_url=router.jwks_url, **CHEAP_HASHES)
    async with started(create_users(settings, PROJECT.platform())) as app:
        yield app


@pytest.fixture
async def catalog(tmp_path: Path, router: Router) -> AsyncIterator[SubgraphApp]:
    """The catalog subgraph."""
    async with started(create_catalog(CatalogSettings.load(data_dir=tmp_path, router_jwks_url=router.jwks_url))) as app:
        yield app


@pytest.fixture
async def analytics(tmp_path: Path, router: Router) -> AsyncIterator[SubgraphApp]:
    """The analytics subgraph."""
    settings = AnalyticsSettings.load(data_dir=tmp_path, router_jwks_url=router.jwks_url)
    async with started(create_analytics(settings)) as app:
        yield app


@pytest.fixture
async def tasks(tmp_path: Path, router: Router) -> AsyncIterator[SubgraphApp]:
    """The tasks subgraph."""
    async with started(create_tasks(TasksSettings.load(data_dir=tmp_path, router_jwks_url=router.jwks_url))) as app:
        yield app


@pytest.fixture
async def payments(tmp_path: Path, router: Router) -> AsyncIterator[SubgraphApp]:
    """The payments subgraph."""
    settings = PaymentsSettings.load(data_dir=tmp_path, router_jwks_url=router.jwks_url)
    async with started(create_payments(settings)) as app:
        yield app


@pytest.fixture
async def audit(tmp_path: Path, router: Router) -> AsyncIterator[SubgraphApp]:
    """The audit subgraph."""
    async with started(create_audit(AuditSettings.load(data_dir=tmp_path, router_jwks_url=router.jwks_url))) as app:
        yield app


@pytest.fixture
async def notifications(tmp_path: Path, router: Router) -> AsyncIterator[SubgraphApp]:
    """The notifications subgraph, mailing to files."""
    settings = NotificationsSettings.load(data_dir=tmp_path, router_jwks_url=router.jwks_url)
    async with started(create_notifications(settings)) as app:
        yield app
