"""PostgreSQL can be started, stopped, killed and started again, and keeps what was committed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from deploy.servers.base import ServerFailed, ServerProcess
from deploy.servers.postgres import Postgres
from hanse_subgraph.db import Database


async def test_what_is_committed_outlives_kills_and_stops(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "postgres")
    with ServerProcess(server, tmp_path / "postgres.log") as process:
        database = Database(server.create_database("kept"))
        async with database.writing() as session:
            connection = await session.connection()
            await connection.exec_driver_sql("CREATE TABLE kept (number integer)")
            await connection.exec_driver_sql("INSERT INTO kept VALUES (1)")
        process.kill()
        assert not server.ready()
        process.start()
        assert server.sql("SELECT number FROM kept", database="kept") == "1"
        async with database.reading() as session:
            connection = await session.connection()
            assert (await connection.exec_driver_sql("SELECT number FROM kept")).scalar() == 1
        began = time.monotonic()
        process.stop()  # the pool is still connected
        assert time.monotonic() - began < 10
        await database.close()
        process.start()
        assert server.sql("SELECT number FROM kept", database="kept") == "1"


def test_each_database_is_fresh(postgres_server: Postgres, postgres_url: str) -> None:
    name = postgres_url.rpartition("/")[2]
    assert postgres_server.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", database=name) == "0"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives rights away")
def test_it_runs_without_root(postgres_server: Postgres) -> None:
    pid = (postgres_server.folder / "cluster" / "postmaster.pid").read_text().split()[0]
    assert Path(f"/proc/{pid}").stat().st_uid != 0


def test_a_refused_statement_says_why(postgres_server: Postgres) -> None:
    with pytest.raises(ServerFailed, match="does not exist"):
        postgres_server.sql("SELECT * FROM nothing")
