"""What every object store does: whole or not at all, in ranges, by key. These tests run on each of them."""

from __future__ import annotations

import hashlib
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hanse_subgraph.storage.protocol import ObjectMissing, ObjectStore, SizeMismatch

LARGE = 60_000_000
MOST_HELD = 30_000_000  # bytes in memory at a time: a few parts on their way
Kept = Callable[[], Awaitable[list[str]]]  # the keys of all objects, and of what was begun and not ended


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    """Content in parts."""
    for part in parts:
        yield part


async def whole(content: AsyncIterator[bytes]) -> bytes:
    """All of it."""
    return b"".join([part async for part in content])


async def large(size: int) -> AsyncIterator[bytes]:
    """Much content, no two pieces of it the same."""
    for number in range(size // 10_000):
        yield number.to_bytes(4, "big") * 2_500


async def test_what_is_put_can_be_had_whole_and_in_parts(store: ObjectStore) -> None:
    assert await store.put("files/a1", pieces(b"Ham", b"burg"), content_type="text/plain") == 7
    assert await whole(store.open("files/a1")) == b"Hamburg"
    assert await whole(store.open("files/a1", 3)) == b"burg"
    assert await whole(store.open("files/a1", 1, 3)) == b"am"
    assert await store.size("files/a1") == 7
    await store.put("files/a1", pieces(b"Kiel"), content_type="text/plain")
    assert await whole(store.open("files/a1")) == b"Kiel"
    await store.delete("files/a1")
    await store.delete("files/a1")
    with pytest.raises(ObjectMissing):
        await store.size("files/a1")
    with pytest.raises(ObjectMissing):
        await whole(store.open("files/a1"))


async def test_what_is_not_there_is_missing_in_every_range(store: ObjectStore) -> None:
    for start, end in ((0, None), (3, None), (0, 2), (2, 2)):
        with pytest.raises(ObjectMissing):
            await whole(store.open("files/nothing", start, end))


async def test_an_empty_object_is_an_object(store: ObjectStore) -> None:
    assert await store.put("files/empty", pieces(), content_type="text/plain", size=0) == 0
    assert await store.size("files/empty") == 0
    assert await whole(store.open("files/empty")) == b""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.integers(0, 12), end=st.none() | st.integers(0, 12))
async def test_every_range_is_what_it_says(store: ObjectStore, start: int, end: int | None) -> None:
    content = b"Hansestadt"
    await store.put("files/ranged", pieces(content), content_type="text/plain")
    assert await whole(store.open("files/ranged", start, end)) == content[start:end]


@pytest.mark.parametrize("content", [(b"Ham",), (b"Hamburg", b"!")])
async def test_content_of_another_size_leaves_nothing(
    store: ObjectStore, kept: Kept, content: tuple[bytes, ...]
) -> None:
    with pytest.raises(SizeMismatch):
        await store.put("files/a1", pieces(*content), content_type="text/plain", size=7)
    assert await kept() == []


async def test_content_that_breaks_off_leaves_what_was_there(store: ObjectStore, kept: Kept) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"Ham"
        raise ConnectionError

    await store.put("files/a1", pieces(b"Kiel"), content_type="text/plain")
    with pytest.raises(ConnectionError):
        await store.put("files/a1", broken(), content_type="text/plain")
    assert await whole(store.open("files/a1")) == b"Kiel"
    assert await kept() == ["files/a1"]


async def test_large_content_is_never_whole_in_memory(store: ObjectStore) -> None:
    await store.put("files/small", pieces(b"first, what is made once"), content_type="text/plain")
    tracemalloc.start()
    try:
        assert await store.put("files/large", large(LARGE), content_type="text/plain", size=LARGE) == LARGE
        digest = hashlib.sha256()
        async for part in store.open("files/large"):
            digest.update(part)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < MOST_HELD
    assert digest.hexdigest() == hashlib.sha256(await whole(large(LARGE))).hexdigest()
    assert await store.size("files/large") == LARGE


@pytest.mark.parametrize("broken_after", [1_000_000, 12_000_000])
async def test_large_content_that_breaks_off_leaves_nothing(store: ObjectStore, kept: Kept, broken_after: int) -> None:
    async def broken() -> AsyncIterator[bytes]:
        async for piece in large(broken_after):
            yield piece
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await store.put("files/large", broken(), content_type="text/plain")
    with pytest.raises(SizeMismatch):
        await store.put("files/large", large(broken_after), content_type="text/plain", size=broken_after + 1)
    assert await kept() == []
