"""Hashes of ours, of imported users, and none at all."""

from __future__ import annotations

import bcrypt

from subgraphs.users.passwords import Passwords
from subgraphs.users.settings import UsersSettings

LONG = "quiet harbour " * 8  # more than the 72 bytes that bcrypt looks at


def passwords(passes: int = 1) -> Passwords:
    return Passwords(UsersSettings(argon2_memory_kib=64, argon2_time_cost=passes, argon2_parallelism=1))


async def test_ours() -> None:
    hashed = await passwords().hash("grüner Hafen")
    assert hashed.startswith("$argon2id$")
    assert await passwords().verify("grüner Hafen", hashed)
    assert not await passwords().verify("gruner Hafen", hashed)
    assert not passwords().needs_rehash(hashed)
    assert passwords(passes=2).needs_rehash(hashed)


async def test_imported() -> None:
    hashed = bcrypt.hashpw(LONG.encode()[:72], bcrypt.gensalt(4)).decode()
    assert await passwords().verify(LONG, hashed)
    assert not await passwords().verify("another harbour", hashed)
    assert passwords().needs_rehash(hashed)


async def test_no_hash() -> None:
    for hashed in (None, "", "nonsense", "$2b$04$nonsense", "$argon2id$nonsense"):
        assert not await passwords().verify("quiet harbour", hashed)
