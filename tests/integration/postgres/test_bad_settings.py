"""A database that is not what the settings say: one line that names the setting, and soon."""

from __future__ import annotations

import asyncio
import socket
import time
from pathlib import Path

import pytest

from deploy.servers.postgres import Postgres
from hanse_subgraph.db import Database
from hanse_subgraph.migrate import status, upgrade
from hanse_wire.settings import SettingsError
from subgraphs.catalog.app import MIGRATIONS, create
from subgraphs.catalog.settings import CatalogSettings
from subgraphs.users.app import MIGRATIONS as USERS
from tests.e2e.processes import HANSE, run_to_end

SETTING = "HANSE_CATALOG_DATABASE_URL"
SECRET = "s3cret"


def url_of(port: int, *, user: str = "hanse", password: str = SECRET, database: str = "postgres") -> str:
    """A URL on this machine."""
    return f"postgresql+asyncpg://{user}:{password}@127.0.0.1:{port}/{database}"


async def refusal(tmp_path: Path, url: str, **settings: object) -> str:
    """The one line that a subgraph refuses to start with."""
    with pytest.raises(SettingsError) as refused:
        await create(CatalogSettings.load(data_dir=tmp_path, database_url=url, **settings)).start()
    line = str(refused.value)
    assert "\n" not in line
    assert SECRET not in line
    return line


async def test_what_cannot_be_a_database(tmp_path: Path) -> None:
    for url in ("nonsense", "postgresql://u:s3cret@h/d", "mysql+aiomysql://u:s3cret@h/d", "postgresql+asyncpg://h:x/d"):
        assert SETTING in await refusal(tmp_path, url), url


async def test_who_is_not_let_in(tmp_path: Path, postgres_server: Postgres) -> None:
    wrong = await refusal(tmp_path, url_of(postgres_server.port))
    assert "password authentication failed" in wrong
    assert SETTING in wrong
    missing = await refusal(tmp_path, postgres_server.database_url("nowhere"))
    assert 'database "nowhere" does not exist' in missing
    assert SETTING in missing


async def test_where_nobody_answers(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))  # and does not listen
        assert SETTING in await refusal(tmp_path, url_of(probe.getsockname()[1]))
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        began = time.monotonic()
        said = await refusal(tmp_path, url_of(silent.getsockname()[1]), database_connect_seconds=0.5)
        assert time.monotonic() - began < 5
        assert "within 0.5 s" in said
        assert SETTING in said


async def test_a_database_that_has_to_be_migrated_first(tmp_path: Path, postgres_url: str) -> None:
    said = await refusal(tmp_path, postgres_url, migrate_on_start=False)
    assert "hanse migrate up" in said
    database = Database(postgres_url)
    await upgrade(database, MIGRATIONS, "0001")
    said = await refusal(tmp_path, postgres_url, migrate_on_start=False)
    assert "is at revision 0001" in said
    await upgrade(database, MIGRATIONS)
    app = create(CatalogSettings.load(data_dir=tmp_path, database_url=postgres_url, migrate_on_start=False))
    await app.start()
    await app.stop()
    await database.close()


async def test_two_that_start_at_once_both_start(tmp_path: Path, postgres_url: str) -> None:
    env = {"HANSE_USERS_DATABASE_URL": postgres_url}
    command = (HANSE, "migrate", "up", "users", "--data", tmp_path)
    both = await asyncio.gather(*(asyncio.to_thread(run_to_end, *command, env=env) for _ in range(2)))
    assert [done.returncode for done in both] == [0, 0], [done.stderr for done in both]
    database = Database(postgres_url)
    assert (await status(database, USERS)).pending == ()
    await database.close()


def test_the_command_says_it_in_one_line(tmp_path: Path, postgres_server: Postgres) -> None:
    env = {SETTING: url_of(postgres_server.port), "HANSE_CATALOG_DATA_DIR": str(tmp_path)}
    done = run_to_end(HANSE, "subgraph", "catalog", "--port", "0", env=env)
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert line.startswith("hanse: ")
    assert SETTING in line
    assert SECRET not in line
