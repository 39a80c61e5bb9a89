"""Multipart requests as a subgraph reads them: good ones, broken ones, large ones."""

from __future__ import annotations

import os
import random
from collections.abc import AsyncIterator, Sequence

import pytest

from hanse_subgraph.errors import ClientError
from hanse_subgraph.forms import Form, FormTooLarge, MalformedForm
from hanse_subgraph.uploads import FileAt, MisplacedFile, Upload, place_files
from hanse_wire.byte_budget import ByteBudget
from tests.router.uploads.forms import BOUNDARY, form, operation, text, where
from tests.router.uploads.test_broken_forms import TYPES, broken

TYPE = f"multipart/form-data; boundary={BOUNDARY}"
SPACE = ByteBudget(1_000_000, 1_000_000)
ASK = operation("mutation", a=None, b=None)


async def in_pieces(body: bytes, piece: int = 1000) -> AsyncIterator[bytes]:
    """A body as it comes."""
    for at in range(0, len(body), piece):
        yield body[at : at + piece]
    yield b""


async def read(body: bytes, read_form: Form) -> list[FileAt]:
    """What a form holds."""
    return await read_form.read(in_pieces(body), TYPE)


@pytest.fixture
async def reader() -> AsyncIterator[Form]:
    """A form that is closed at the end."""
    form = Form(max_body=500, max_file=300_000, share=SPACE.of(None))
    yield form
    await form.close()


async def content(file: Upload) -> bytes:
    """All of a file."""
    return b"".join([chunk async for chunk in file.chunks()])


async def test_files_can_be_read_again(reader: Form) -> None:
    large = random.Random(1).randbytes(300_000)
    places = where({"0": ["variables.a"], "1": ["variables.b"]})
    body = form([ASK, places, text("0", large), text("1", b"small", "b.txt")])
    (a, first), (b, second) = await read(body, reader)
    assert (a, b, reader.operations) == ("variables.a", "variables.b", ASK[1])
    assert (first.size, second.size, second.name, second.content_type) == (300_000, 5, "b.txt", "text/plain")
    for _ in range(2):
        assert (await content(first), await content(second)) == (large, b"small")


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"", MalformedForm),
        (form([]), MalformedForm),
        (form([ASK]), MalformedForm),
        (form([where({}), ASK]), MalformedForm),
        (form([ASK, ("map", b"{")]), MalformedForm),
        (form([ASK, ("map", b"[]")]), MalformedForm),
        (form([ASK, ("map", b'{"0":1}'), text("0")]), MalformedForm),
        (form([ASK, where({"0": ["variables.a"]})]), MalformedForm),
        (form([ASK, where({}), text("0"), text("0")]), MalformedForm),
        (form([ASK, where({}), text("0")])[:-8], MalformedForm),
        (form([("operations", b" " * 501)]), FormTooLarge),
        (form([ASK, ("map", b" " * 501)]), FormTooLarge),
        (form([ASK, where({}), text("0", b" " * 300_001)]), FormTooLarge),
    ],
)
async def test_what_is_no_multipart_request_is_refused(reader: Form, body: bytes, refusal: type[ClientError]) -> None:
    with pytest.raises(refusal):
        await read(body, reader)


async def test_whatever_comes_is_read_or_refused() -> None:
    opened = len(os.listdir("/proc/self/fd"))
    for seed in range(300):
        chance = random.Random(seed)
        form = Form(max_body=100_000, max_file=60_000, share=SPACE.of(None))
        content_type = chance.choice(TYPES) if chance.random() < 0.1 else TYPE
        try:
            await form.read(in_pieces(broken(chance), chance.choice([7, 300, 65536])), content_type)
        except (MalformedForm, FormTooLarge):
            pass
        finally:
            await form.close()
    assert len(os.listdir("/proc/self/fd")) <= opened
    assert SPACE.taken == 0


@pytest.mark.parametrize(
    "places", [["a"], ["variables"], ["variables.x"], ["variables.a.b"], ["variables.l.2"], ["variables.a"] * 2]
)
async def test_a_file_stands_only_where_there_is_null_for_it(reader: Form, places: Sequence[str]) -> None:
    ((_, file),) = await read(form([ASK, where({"0": ["variables.a"]}), text("0")]), reader)
    with pytest.raises(MisplacedFile):
        place_files({"variables": {"a": None, "l": [None]}}, [(place, file) for place in places])
