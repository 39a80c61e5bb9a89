"""Forms broken at random: never a crash, never a wait without end, always an answer with a code, and nothing left."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest

from tests.router.uploads.forms import BOUNDARY, form, operation, send_raw, text, where
from tests.router.uploads.world import Uploading, uploading

CASES = 400
KEEP_ALL = "mutation ($files: [Upload!]!, $note: Note) { keepAll(files: $files, note: $note) }"
PIECES = [
    b"\r\n",
    b"\n",
    b"\r",
    b"--",
    f"--{BOUNDARY}".encode(),
    f"\r\n--{BOUNDARY}\r\n".encode(),
    f"\r\n--{BOUNDARY}--".encode(),
    b"Content-Disposition: form-data",
    b'Content-Disposition: form-data; name="map"\r\n\r\n',
    b'; filename="',
    b"Content-Length: 3\r\n",
    b"Content-Type: text/plain; charset=nonsense\r\n",
    b'{"0":["variables.files.0"]}',
    b"null",
    b"\xff\xfe\x00",
    b"[" * 5000,
]
TYPES = [
    "multipart/form-data",
    "multipart/form-data; boundary=",
    'multipart/form-data; boundary=""',
    "multipart/form-data; boundary=\xe4",
    "multipart/form-data; boundary=" + "x" * 5000,
    'Multipart/Form-Data ; charset=utf-8; BOUNDARY="----x"',
]


def broken(chance: random.Random) -> bytes:
    """A good form, changed here and there."""
    files = chance.randint(0, 3)
    fields = [
        operation(KEEP_ALL, files=[None] * files, note=None),
        where({str(n): [f"variables.files.{n}"] for n in range(files)}),
        *(text(str(n), chance.randbytes(chance.choice([0, 1, 100, 70_000]))) for n in range(files)),
    ]
    if chance.random() < 0.3:
        chance.shuffle(fields)
    body = bytearray(form(fields))
    for _ in range(chance.randint(1, 4)):
        at, length = chance.randrange(len(body) + 1), chance.choice([0, 1, 2, 20, 300])
        match chance.randrange(4):
            case 0:
                body[at : at + length] = chance.choice(PIECES)
            case 1:
                del body[at : at + length]
            case 2:
                del body[at:]
            case 3:
                body[at:at] = body[: at // 2]
    return bytes(body)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_comes_is_answered(tmp_path: Path, seed: int) -> None:
    print("seed", seed)
    async with uploading(tmp_path, "local", uploads={"max_file_bytes": 60_000, "max_files": 2}) as platform:
        opened = len(os.listdir("/proc/self/fd"))
        for number in range(CASES // 4):
            chance = random.Random(seed * CASES + number)
            headers = {"content-type": chance.choice(TYPES)} if chance.random() < 0.1 else {}
            headers["accept"] = "application/graphql-response+json"
            reply = await send_raw(platform, broken(chance), headers, chance.choice([7, 300, 65536]))
            if reply.status == 200:
                assert "data" in reply.json
            else:
                assert reply.status in (400, 413), reply.body
                (code,) = set(reply.codes)
                assert code != "INTERNAL_SERVER_ERROR"
        assert len(os.listdir("/proc/self/fd")) <= opened, "a temporary file was left open"


async def test_who_leaves_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    async with uploading(tmp_path, "local") as platform:
        opened = len(os.listdir("/proc/self/fd"))
        await _leave(platform)
        assert len(os.listdir("/proc/self/fd")) <= opened
        assert not platform.keeper.requests


async def _leave(platform: Uploading) -> None:
    body = form([operation(KEEP_ALL, files=[None]), where({"0": ["variables.files.0"]}), text("0", bytes(700_000))])
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": body[:600_000], "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}", "x-hanse-preflight": "1"}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("10.1.1.1", 5000),
    }
    await platform.router(scope, receive, send)
    assert not sent
