"""What one client can take of the server: sizes, numbers and waiting, and what is looked at before a body is read."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from graphql import get_introspection_query

from hanse.registry.errors import InvalidInput, RegistryError, RegistryUnavailable, TooLarge
from hanse.registry.server.app import RegistryApp, open_database
from hanse.registry.server.http import http_app
from hanse.registry.server.models import AuditRow
from hanse.registry.server.queries import MAX_LIMIT
from hanse.registry.server.settings import RegistrySettings
from hanse.registry.store import CheckOutcome, CheckRecord, Publish
from hanse.registry.versions import MAX_BRANCHES, MAX_SUBGRAPHS
from hanse_subgraph.ids import new_id
from tests.hanse.registry.requests import code_of, query, send
from tests.hanse.registry.servers import RunningRegistry, running_registry
from tests.hanse.registry.stores import AUTHOR, CATALOG, PRODUCTION, new_graph, publish
from tests.hanse.registry.test_store import one_of_many
from tests.hostile.servers import client, exchange, served

DEADLINE = 60.0  # seconds


@pytest.mark.parametrize(
    "document",
    [
        "{ __schema { types { " + "ofType { " * 20 + "name " + "} " * 20 + "} } }",
        "{ " + "viewer { name } " * 21 + "}",
        "{ viewer { " + "name " * 501 + "} }",
        "{ viewer { " + " ".join(f"a{number}: name" for number in range(21)) + " } }",
        "{ viewer { name " + "@skip(if: false) " * 51 + "} }",
        "{ ...f0 } " + "".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }} " for n in range(100)),
        " ".join(f"query q{number} {{ viewer {{ name }} }}" for number in range(21)),
    ],
)
def test_large_documents_are_refused_at_once(registry: RunningRegistry, document: str) -> None:
    started = time.process_time()
    status, response = query(registry, document, registry.create_key())
    assert (status, code_of(response)) == (400, "GRAPHQL_VALIDATION_FAILED")
    assert "the document is too large" in response["errors"][0]["message"]
    assert time.process_time() - started < 1, "of the server too, which is in this process"


def test_documents_that_refer_to_themselves_or_nest_deeply_are_refused(registry: RunningRegistry) -> None:
    deep = "{ " + "a { " * 600 + "a " + "} " * 600 + "}"
    for document in ("{ ...a } fragment a on Query { ...a }", "{ ...a } fragment a on Query { ...b }", deep):
        status, response = query(registry, document, registry.create_key())
        assert (status, code_of(response)) == (400, "GRAPHQL_VALIDATION_FAILED")


def test_the_introspection_of_graphiql_fits(registry: RunningRegistry) -> None:
    every = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
        one_of=True,
    )
    status, response = query(registry, every, registry.create_key())
    assert (status, "errors" in response) == (200, False)


def test_a_variant_has_a_maximum_number_of_branches(registry: RunningRegistry) -> None:
    store = registry.store(registry.create_key(), new_graph())
    publish(store, "catalog", CATALOG)
    for number in range(MAX_BRANCHES):
        store.create_branch("production", f"branch-{number}", AUTHOR)
    with pytest.raises(TooLarge, match="100 branches"):
        store.create_branch("production", "another", AUTHOR)


def test_a_version_has_a_maximum_number_of_subgraphs(registry: RunningRegistry) -> None:
    store = registry.store(registry.create_key(), new_graph())
    many = [Publish(subgraph=f"s{number}", sdl="type Query { a: Int }") for number in range(MAX_SUBGRAPHS + 1)]
    with pytest.raises(TooLarge, match="at most 1000 subgraphs"):
        store.publish_all(PRODUCTION, many, AUTHOR)


def test_lists_have_a_maximum_length(registry: RunningRegistry) -> None:
    graph = new_graph()

    async def fill() -> None:
        database = open_database(registry.settings)
        try:
            async with database.writing() as session:
                session.add_all(
                    AuditRow(
                        id=new_id(),
                        graph=graph,
                        who="Ann",
                        created_at=datetime.now(UTC),
                        action="published",
                        subject=f"production {number}",
                        detail="",
                    )
                    for number in range(MAX_LIMIT + 10)
                )
        finally:
            await database.close()

    asyncio.run(fill())
    store = registry.store(registry.create_key(), graph)
    assert len(store.audit(limit=1_000_000)) == MAX_LIMIT
    assert store.audit(limit=-1) == ()


def test_texts_have_a_maximum_length(registry: RunningRegistry) -> None:
    store = registry.store(registry.create_key(), new_graph())
    publish(store, "catalog", CATALOG)
    check = CheckRecord(
        id="a1",
        variant="production",
        subgraph="x" * 201,
        outcome=CheckOutcome.FAILED,
        who="",
        when=datetime.now(UTC),
    )
    with pytest.raises(InvalidInput, match="200 characters"):
        store.record_check(check)
    with pytest.raises(InvalidInput, match="2000 characters"):
        store.approve("a1", "x" * 2_001, AUTHOR)
    with pytest.raises(InvalidInput, match="printable characters"):
        publish(store, "catalog", CATALOG, url="http://" + "x" * 2_000)


def test_compositions_wait_in_a_bounded_queue_and_others_are_answered(tmp_path: Path) -> None:
    """One composition runs and one waits, of more than are sent at once; meanwhile the server answers."""
    with running_registry(tmp_path, max_compositions=1, max_waiting_compositions=1) as registry:
        key = registry.create_key()
        large = [Publish(subgraph=f"subgraph{number}", sdl=one_of_many(number, 40)) for number in range(40)]
        results: list[RegistryError | None] = []
        waits: list[float] = []

        def run(graph: str) -> None:
            try:
                registry.store(key, graph).publish_all(PRODUCTION, large, AUTHOR)
                results.append(None)
            except RegistryError as error:
                results.append(error)

        threads = [threading.Thread(target=run, args=(f"graph-{number}",)) for number in range(5)]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + DEADLINE
        while any(thread.is_alive() for thread in threads):
            started = time.monotonic()
            assert started < deadline
            assert send(registry, "/health/live")[0] == 200
            waits.append(time.monotonic() - started)
            time.sleep(0.01)
        refused = [result for result in results if result is not None]
        assert all(isinstance(error, RegistryUnavailable) for error in refused), results
        assert 1 <= len(refused) <= 3
        assert len(waits) > 3, "the server answered meanwhile"


@pytest.mark.parametrize("path", ["/graphql", "/api/graphs/shop/variants/production/usage"])
async def test_a_body_without_a_key_is_not_waited_for(tmp_path: Path, path: str) -> None:
    app = RegistryApp(RegistrySettings.load(data_dir=tmp_path))
    await app.start()
    try:
        head = f"POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 1000000\r\n\r\n"
        async with served(http_app(app)) as server, client(server.port) as (reader, writer):
            writer.write(head.encode())
            answer = await reader.read(4_096)
        assert answer.startswith(b"HTTP/1.1 401 ")
    finally:
        await app.stop()


async def test_heads_are_bounded(tmp_path: Path) -> None:
    app = RegistryApp(RegistrySettings.load(data_dir=tmp_path))
    await app.start()
    try:
        limits = app.settings.server
        async with served(http_app(app), limits) as server:
            large = b"GET / HTTP/1.1\r\nhost: x\r\ncookie: " + b"x" * limits.max_head_bytes + b"\r\n\r\n"
            assert b" 431 " in (await exchange(server.port, large)).splitlines()[0]
    finally:
        await app.stop()
