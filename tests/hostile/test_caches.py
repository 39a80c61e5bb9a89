"""The caches of documents: bounded by bytes, and one heavy entry never evicts all others."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import itertools
import sqlite3
import tracemalloc
import weakref
from contextlib import closing
from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, parse
from sqlalchemy import text as sql

from hanse_router.guards.persisted import PersistedDocuments
from hanse_router.prepare.fingerprint import fingerprint
from hanse_router.request import GraphQLRequest
from hanse_router.settings import PersistedSettings
from hanse_subgraph.db import Database
from hanse_subgraph.documents import Document, Documents
from hanse_wire.garbage import resident_bytes
from hanse_wire.lru_cache import LruCache
from tests.hostile.documents import doubling
from tests.router.platform import Platform


def counted(platform: Platform) -> tuple[float, float]:
    """How many documents were known so far, and how many were new."""
    metrics = platform.router.engine.metrics
    return metrics.document_hits.value, metrics.document_misses.value


async def known_of(platform: Platform, documents: list[str]) -> int:
    """How many of the documents are known."""
    before, _ = counted(platform)
    await asyncio.gather(*(platform.post(document) for document in documents))
    return int(counted(platform)[0] - before)


async def test_no_document_evicts_all_others(tmp_path: Path) -> None:
    """A comment of two megabytes did."""
    platform = Platform(tmp_path, limits={"max_document_characters": 3_000_000})
    documents = [f"query Q{n} {{ hello caller }}" for n in range(50)]
    await known_of(platform, documents)
    for comment in (1_900_000, 1_900_001):
        assert (await platform.post("{ hello } #" + "x" * comment)).json == {"data": {"hello": "world"}}
    assert await known_of(platform, documents) == 50


async def test_a_document_too_heavy_for_the_cache_is_answered_all_the_same(tmp_path: Path) -> None:
    platform = Platform(tmp_path, document_bytes=300_000)
    documents = [f"query Q{n} {{ hello }}" for n in range(5)]
    await known_of(platform, documents)
    heavy = "{ " + " ".join(f"a{n}: hello" for n in range(100)) + " }"
    for _ in range(3):
        assert len((await platform.post(heavy)).json["data"]) == 100
    assert await known_of(platform, documents) == 5


async def test_large_operations_take_the_room_of_many_small_ones(tmp_path: Path) -> None:
    platform = Platform(tmp_path, document_bytes=400_000)
    large = ["{ " + " ".join(f"a{n}_{k}: hello" for n in range(7)) + " }" for k in range(20)]
    await known_of(platform, large)
    assert await known_of(platform, large[-5:]) == 5
    assert await known_of(platform, large[:5]) == 0


async def test_each_variant_of_an_operation_counts(tmp_path: Path) -> None:
    """A document took 30 times its estimated size: one variant for each choice of its conditions."""
    platform = Platform(tmp_path, document_bytes=4_000_000, authorization={"enabled": False})
    flags = ", ".join(f"$b{n}: Boolean!" for n in range(3))
    users = " ".join(f"a{n}: me {{ id email score @include(if: $b{n % 3}) }}" for n in range(20))
    await platform.post("{ hello }")
    gc.collect()
    tracemalloc.start()
    try:
        for number in range(3):
            for chosen in itertools.product((True, False), repeat=3):
                variables = {f"b{n}": value for n, value in enumerate(chosen)}
                for _ in range(2):
                    reply = await platform.post(f"query Q{number}({flags}) {{ {users} }}", variables=variables)
                    assert "errors" not in reply.json
        gc.collect()
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert used < 6_000_000


def test_the_weight_of_a_cache_is_what_its_entries_weigh() -> None:
    cache: LruCache[int, str] = LruCache(100, weigh=lambda _, text: len(text), max_weight=100, max_entry_weight=20)
    for key, weight in enumerate((20, 21, 100, 1_000, 5)):
        cache.put(key, "x" * weight)
    assert cache.keys() == [0, 4]
    cache.put(0, "x" * 21)  # replaced by an entry that is not kept
    assert cache.keys() == [4]
    for key in range(10, 20):
        cache.put(key, "x" * 20)
    assert cache.keys() == [15, 16, 17, 18, 19]


# -- documents of subgraphs --------------------------------------------------------------------------------------------


def fields_of(number: int) -> str:
    return "{ " + " ".join(f"a{number}_{key}: fails" for key in range(100)) + " }"


def test_the_documents_of_a_subgraph_are_bounded_by_bytes() -> None:
    """There were a thousand of them, whatever their size."""
    documents = Documents(max_bytes=2_000_000)
    for number in range(100):
        documents.get(fields_of(number))
    assert 5 < len(documents) < 20
    last = documents.get(fields_of(99))
    documents.get("{ " + "a " * 10_000 + "}")
    assert documents.get(fields_of(99)) is last
    assert sum(documents.get(fields_of(number)).size for number in range(99, 94, -1)) < 2_000_000


@pytest.mark.parametrize(
    "text",
    [fields_of(1), "{ " + "a " * 300 + "}", "{ a(x: [" + "1 " * 300 + "]) }", "{ me { id name } }"],
)
def test_the_estimated_size_of_a_subgraphs_document(text: str) -> None:
    texts = [f"query Q{number} {text}" for number in range(20)]
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        kept = [Document(one) for one in texts]
        measured = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert measured / 1.5 < sum(document.size for document in kept) < measured * 2


def test_a_document_of_a_subgraph_is_freed_without_a_collection_of_garbage() -> None:
    gc.collect()
    gc.disable()
    try:
        document = Document(fields_of(1))
        node = weakref.ref(document.node)
        token = document.node.loc.start_token if document.node.loc else None
        assert token is not None
        assert token.next is None
        del document
        assert node() is None
    finally:
        gc.enable()


# -- pages of SQLite ---------------------------------------------------------------------------------------------------


async def test_the_pages_of_all_connections_together_are_bounded(tmp_path: Path) -> None:
    """Each connection kept up to 16 MB: more than a gigabyte in a process with all subgraphs."""
    file = tmp_path / "large.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE page (text TEXT)")
        connection.executemany("INSERT INTO page VALUES (?)", (("x" * 3_000,) for _ in range(5_000)))
        connection.commit()
    database = Database(f"sqlite+aiosqlite:///{file}")
    all_read = asyncio.Barrier(8)
    before = resident_bytes()

    async def read() -> None:
        async with database.reading() as session:
            assert (await session.execute(sql("SELECT sum(length(text)) FROM page"))).scalar() == 15_000_000
            await all_read.wait()  # each of them has a connection

    try:
        await asyncio.gather(*(read() for _ in range(8)))
        assert resident_bytes() - before < 60_000_000
    finally:
        await database.close()


# -- automatic persisted queries ---------------------------------------------------------------------------------------


def persisted(text: str | None, sha256: str) -> GraphQLRequest:
    return GraphQLRequest(query=text, extensions={"persistedQuery": {"version": 1, "sha256Hash": sha256}})


def found(documents: PersistedDocuments, sha256: str) -> bool:
    try:
        documents.fill(persisted(None, sha256))
    except Exception:
        return False
    return True


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_no_persisted_document_evicts_all_others() -> None:
    documents = PersistedDocuments(PersistedSettings(cache_characters=2_000_000))
    small = [f"query Q{n} {{ a }}" for n in range(50)]
    for text in small:
        documents.fill(persisted(text, sha256_of(text)))
    for length in (1_999_000, 2_000_000, 3_000_000):
        text = "{ a } #" + "x" * length
        documents.fill(persisted(text, sha256_of(text)))
    assert all(found(documents, sha256_of(text)) for text in small)


def test_a_hash_in_other_letters_is_the_same_entry() -> None:
    documents = PersistedDocuments(PersistedSettings(cache_size=2))
    first, second = "{ a }", "{ b }"
    documents.fill(persisted(first, sha256_of(first)))
    for letters in (str.upper, str.title, str.lower):
        documents.fill(persisted(second, letters(sha256_of(second))))
    assert found(documents, sha256_of(first))
    assert found(documents, sha256_of(second).upper())


# -- refusals ----------------------------------------------------------------------------------------------------------


async def test_what_was_refused_is_not_planned_again(tmp_path: Path) -> None:
    """Not under another name, with other aliases, comments or blanks either."""
    platform = Platform(tmp_path, limits={"max_plan_steps": 3}, authorization={"enabled": False})
    for text in (
        "query A { a: me { b: email score } }",
        "query A { a: me { b: email score } }",
        "query B { a: me { b: email score } }",
        "query B { c: me { dd: email score } } # again",
        "{ a: me { a: email, score } }",  # one alias twice
    ):
        assert (await platform.post(text)).codes == ["QUERY_TOO_COMPLEX"]
    assert platform.router.engine.metrics.plans.value == 2


def test_the_fingerprint_of_an_operation() -> None:
    def of(text: str, index: int = 0) -> bytes:
        document = parse(text)
        operation = document.definitions[index]
        assert isinstance(operation, OperationDefinitionNode)
        return fingerprint(document, operation)

    assert of("query A { x: a y: a }") == of("# x\nquery B{p:a,q:a}") == of("query { x: a y: a }")
    assert of("query A { x: a y: a }") != of("query A { x: a x: a }")
    assert of("{ x: a b }") != of("{ b: a b }")  # the alias has the key of the field
    assert of("{ a(x: 1) }") != of("{ a(y: 1) }")
    assert of('{ a(x: "b c") }') != of('{ a(x: ["b", c]) }')
    assert of("query A { a } query B { b }", 0) != of("query A { a } query B { b }", 1)
    assert of(doubling(3, "A")) == of(doubling(3, "B").replace("a1:", "z1:"))
