"""Which database the tests run on: files of SQLite, or with `--database postgres` a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.servers.postgres import Postgres
from tests.serving import serve

NewDatabase = Callable[[str], str]


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option."""
    message = "what the databases of subgraphs are: files of SQLite, or a PostgreSQL that is started for the tests"
    parser.addoption("--database", choices=("sqlite", "postgres"), default="sqlite", help=message)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """PostgreSQL, running."""
    server = Postgres(tmp_path_factory.mktemp("postgres"), durable=False)
    for _ in serve(server, tmp_path_factory):
        yield server


class FreshDatabases:
    """Empty databases of one server. Returned ones are emptied and reused, since creating one takes longer."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._free: list[str] = []
        self._made = 0

    def take(self) -> str:
        """The name of an empty one."""
        if self._free:
            return self._free.pop()
        self._made += 1
        self._server.create_database(f"test_{self._made}")
        return f"test_{self._made}"

    def give_back(self, name: str) -> None:
        """Nobody needs it any more; who is connected still, of a killed process, is thrown out."""
        self._server.empty_database(name)
        self._free.append(name)


@pytest.fixture(scope="session")
def fresh_databases(postgres_server: Postgres) -> FreshDatabases:
    """Empty databases of PostgreSQL."""
    return FreshDatabases(postgres_server)


@pytest.fixture
def postgres_url(postgres_server: Postgres, fresh_databases: FreshDatabases) -> Iterator[str]:
    """A fresh, empty database of PostgreSQL."""
    name = fresh_databases.take()
    yield postgres_server.database_url(name)
    fresh_databases.give_back(name)


@pytest.fixture(scope="session")
def on_postgres(pytestconfig: pytest.Config) -> bool:
    """Whether the tests run on PostgreSQL."""
    return bool(pytestconfig.getoption("--database") == "postgres")


@pytest.fixture
def new_database(request: pytest.FixtureRequest, tmp_path: Path, on_postgres: bool) -> Iterator[NewDatabase]:
    """Makes fresh, empty databases: the URL of the one with a given name."""
    if not on_postgres:
        yield lambda name: f"sqlite+aiosqlite:///{tmp_path}/{name}.sqlite"
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    fresh: FreshDatabases = request.getfixturevalue("fresh_databases")
    taken: list[str] = []

    def make(_: str) -> str:
        taken.append(fresh.take())
        return server.database_url(taken[-1])

    yield make
    for name in taken:
        fresh.give_back(name)
