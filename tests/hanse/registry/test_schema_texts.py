"""Schemas that no version has any more leave the database; those that a version has never do."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from hanse.registry.errors import NotFound, RegistryError
from hanse.registry.server import schema_repository
from hanse.registry.server.app import open_database
from hanse.registry.server.models import SchemaRow
from hanse.registry.server.service import RegistryService
from hanse.registry.store import Line
from hanse_subgraph.db import Database
from tests.hanse.registry.servers import RunningRegistry, running_registry
from tests.hanse.registry.stores import AUTHOR, CATALOG, CATALOG_WITH_PRICE, PRODUCTION, new_graph, publish

BRANCH = Line("production", "checkout")
Result = TypeVar("Result")


class Sweeper:
    """The retention of a server, and a look into its database, in an event loop of its own."""

    def __init__(self, registry: RunningRegistry) -> None:
        self.registry = registry

    def run(self, act: Callable[[Database], Awaitable[Result]]) -> Result:
        """The result of an action on the database."""

        async def run() -> Result:
            database = open_database(self.registry.settings)
            try:
                return await act(database)
            finally:
                await database.close()

        return asyncio.run(run())

    def sweep(self) -> None:
        """Delete what is old or unused, as the server does every hour."""
        self.run(lambda database: RegistryService(database, self.registry.settings).delete_old())

    def texts(self) -> list[str]:
        """The schemas in the database."""

        async def read(database: Database) -> list[str]:
            async with database.reading() as session:
                return list(await session.scalars(select(col(SchemaRow.text))))

        return self.run(read)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[RunningRegistry]:
    """A server whose database has nothing else."""
    with running_registry(tmp_path) as running:
        yield running


def test_schemas_of_deleted_branches_are_deleted(own: RunningRegistry) -> None:
    store, sweeper = own.store(own.create_key()), Sweeper(own)
    publish(store, "catalog", CATALOG)
    first = store.current(PRODUCTION)
    store.create_branch("production", "checkout", AUTHOR)
    publish(store, "catalog", CATALOG_WITH_PRICE, line=BRANCH)
    sweeper.sweep()
    assert any("price" in text for text in sweeper.texts()), "the branch has it"
    assert "price" in store.current(BRANCH).api
    store.delete_branch("production", "checkout", AUTHOR)
    sweeper.sweep()
    assert sorted(sweeper.texts()) == sorted([first.subgraphs[0].sdl, first.supergraph, first.api])
    assert store.current(PRODUCTION) == first


def test_schemas_that_a_variant_has_stay(own: RunningRegistry) -> None:
    store, sweeper = own.store(own.create_key()), Sweeper(own)
    publish(store, "catalog", CATALOG)
    publish(store, "catalog", CATALOG_WITH_PRICE)
    publish(store, "catalog", CATALOG)
    store.create_branch("production", "checkout", AUTHOR)
    publish(store, "catalog", CATALOG_WITH_PRICE, line=BRANCH)
    versions = [store.show(PRODUCTION, number) for number in (1, 2, 3)]
    store.delete_branch("production", "checkout", AUTHOR)
    for _ in range(2):
        sweeper.sweep()
    assert [store.show(PRODUCTION, number) for number in (1, 2, 3)] == versions
    assert store.rollback("production", 2, AUTHOR).api == versions[1].api


def fill(own: RunningRegistry, count: int) -> None:
    """Insert schemas that no version has."""

    async def insert(database: Database) -> None:
        async with database.writing() as session:
            session.add_all(SchemaRow(hash=f"{number:064x}", text="type Query { a: Int }") for number in range(count))

    Sweeper(own).run(insert)


def test_each_transaction_is_bounded(own: RunningRegistry) -> None:
    fill(own, 25)

    async def steps(database: Database) -> list[int]:
        left: list[int] = []
        after: str | None = ""
        while after is not None:
            async with database.writing() as session:
                after = await schema_repository.delete_unused(session, after, limit=10)
                left.append(await session.scalar(select(func.count()).select_from(SchemaRow)) or 0)
        return left

    assert Sweeper(own).run(steps) == [15, 5, 0]


def test_the_time_grows_with_the_number_of_schemas(own: RunningRegistry) -> None:
    store = own.store(own.create_key())
    publish(store, "catalog", CATALOG)

    def seconds(count: int) -> float:
        fill(own, count)
        started = time.process_time()
        Sweeper(own).sweep()
        return time.process_time() - started

    seconds(10)
    small, large = seconds(300), seconds(3_000)
    assert large <= 15 * small + 0.5
    assert len(Sweeper(own).texts()) == 3


def test_a_text_is_not_deleted_while_a_publish_begins_to_use_it(registry: RunningRegistry) -> None:
    """The publish has found the text in the database, and has not committed the version that refers to it."""
    if registry.app.database.is_sqlite:
        pytest.skip("transactions that write take turns on SQLite")
    text = f"type Query {{ {new_graph().replace('-', '_')}: Int }}"

    async def race(database: Database) -> tuple[list[str], list[str]]:
        async def kept(session: AsyncSession) -> list[str]:
            return list(await session.scalars(select(col(SchemaRow.text)).where(col(SchemaRow.text) == text)))

        async with database.writing() as session:
            await schema_repository.store_texts(session, [text])
        async with database.writing() as publishing:
            await schema_repository.store_texts(publishing, [text])
            await RegistryService(database, registry.settings).delete_old()
            during = await kept(publishing)
        await RegistryService(database, registry.settings).delete_old()
        async with database.reading() as session:
            return during, await kept(session)

    assert Sweeper(registry).run(race) == ([text], [])


def test_versions_are_whole_while_schemas_are_deleted(registry: RunningRegistry) -> None:
    store, sweeper = registry.store(registry.create_key(), new_graph()), Sweeper(registry)
    publish(store, "catalog", CATALOG)
    problems: list[RegistryError] = []
    done = threading.Event()

    def use() -> None:
        try:
            for _ in range(8):
                store.create_branch("production", "checkout", AUTHOR)
                publish(store, "catalog", CATALOG_WITH_PRICE, line=BRANCH)
                assert "price" in store.show(BRANCH, 2).api
                store.delete_branch("production", "checkout", AUTHOR)
        except RegistryError as error:
            problems.append(error)
        finally:
            done.set()

    user = threading.Thread(target=use)
    user.start()
    while not done.is_set():
        sweeper.sweep()
    user.join(60)
    assert problems == []
    with pytest.raises(NotFound):
        store.current(BRANCH)
    assert "name" in store.current(PRODUCTION).api
