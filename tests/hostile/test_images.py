"""Hostile images: each is refused with BAD_USER_INPUT, off the event loop, and within limits of memory and time."""

from __future__ import annotations

import asyncio
import io
import random
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from subgraphs.media.errors import BrokenImage, TooManyPixels
from subgraphs.media.images import Pictures
from subgraphs.media.settings import MediaSettings
from tests.hostile.callers import harbour
from tests.hostile.probe import no_stall


def encoded(kind: str, width: int, height: int, **options: Any) -> bytes:
    """A picture."""
    file = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(file, kind, **options)
    return file.getvalue()


def png_bomb(width: int, height: int) -> bytes:
    """A PNG of one color: some kilobytes that inflate to three bytes per pixel."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(bytes(width * 3 + 1)) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def sized(avif: bytes, width: int, height: int) -> bytes:
    """An AVIF whose header says another size than its frame has."""
    at = avif.index(b"ispe") + 8
    return avif[:at] + struct.pack(">II", width, height) + avif[at + 8 :]


def broken_avifs() -> list[bytes]:
    """AVIFs that do not decode, some of them with an error that is no OSError."""
    chance, whole, found = random.Random(1), encoded("AVIF", 64, 48), []
    for _ in range(40):
        changed = bytearray(whole)
        for _ in range(chance.choice((1, 3, 10))):
            changed[chance.randrange(32, len(changed))] = chance.randrange(256)
        found.append(bytes(changed))
    return [*found, whole[: len(whole) // 2], sized(whole, 30_000, 30_000)]


@pytest.mark.timeout(180)
async def test_hostile_images_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, bomb, huge = broken_avifs(), png_bomb(10_000, 10_000), encoded("AVIF", 4000, 4000, speed=10)
    slow = sized(encoded("AVIF", 64, 48), 7000, 7000)
    async with harbour(tmp_path, monkeypatch) as place:
        user = await place.registered("ada")
        codes: list[str] = []
        async with no_stall():
            for content in broken:
                reply = await user.uploaded("a.avif", content)
                codes += [error["extensions"]["code"] for error in reply.get("errors", ())]
            (error,) = (await user.uploaded("bomb.png", bomb))["errors"]
            assert (error["extensions"]["code"], error["extensions"]["fields"][0]["reason"]) == (
                "BAD_USER_INPUT",
                "TOO_MANY_PIXELS",
            )
            assert (await user.uploaded("huge.avif", huge))["data"]["uploadFile"]["width"] == 4000
            await user.uploaded("slow.avif", slow)
        assert set(codes) == {"BAD_USER_INPUT"}
        assert len(codes) > 5


def limits(folder: Path, **given: Any) -> MediaSettings:
    """Settings of images."""
    return MediaSettings.load(data_dir=folder, **given)


@pytest.mark.timeout(60)
async def test_memory_and_time_are_bounded(tmp_path: Path) -> None:
    large, small = tmp_path / "large", tmp_path / "small"
    large.write_bytes(encoded("WEBP", 6000, 6000))
    small.write_bytes(encoded("PNG", 40, 30))
    little_memory = Pictures(limits(tmp_path, image_memory_bytes=150_000_000))
    little_time = Pictures(limits(tmp_path, image_seconds=0.3))
    try:
        with pytest.raises((TooManyPixels, BrokenImage)):
            await little_memory.read(large, "image/webp")
        with pytest.raises(BrokenImage):
            await little_time.read(large, "image/webp")
        found = await little_memory.read(small, "image/png")
        assert found is not None, "the next image is read"
        assert (found.width, found.height) == (40, 30)
    finally:
        await little_memory.close()
        await little_time.close()


@pytest.mark.timeout(60)
async def test_a_caller_who_leaves_leaves_no_process(tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(encoded("WEBP", 6000, 6000))
    pictures = Pictures(limits(tmp_path))
    reading = [asyncio.create_task(pictures.read(large, "image/webp")) for _ in range(3)]
    await asyncio.sleep(0)
    for task in reading:
        task.cancel()
    assert {type(outcome) for outcome in await asyncio.gather(*reading, return_exceptions=True)} == {
        asyncio.CancelledError
    }
    await pictures.close()
    large.write_bytes(encoded("PNG", 40, 30))
    assert await pictures.read(large, "image/png") is not None
    await pictures.close()
