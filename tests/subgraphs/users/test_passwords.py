"""Hashes of ours, of imported users, and none at all."""

from __future__ import annotations

import time

import bcrypt

from subgraphs.users.passwords import Passwords
from subgraphs.users.settings import UsersSettings

LONG = "quiet harbour " * 8  # more than the 72 bytes that bcrypt looks at


def passwords(passes: int = 1) -> Passwords:
    return Passwords(UsersSettings(argon2_memory_kib=64, argon2_time_cost=passes, argon2_parallelism=1))


async def test_ours() -> None:
    hashed = await passwords().hash("grüner Hafen", source="-")
    assert hashed.startswith("$argon2id$")
    assert await passwords().verify("grüner Hafen", hashed, source="-")
    assert not await passwords().verify("gruner Hafen", hashed, source="-")
    assert not passwords().needs_rehash(hashed)
    assert passwords(passes=2).needs_rehash(hashed)


async def test_imported() -> None:
    hashed = bcrypt.hashpw(LONG.encode()[:72], bcrypt.gensalt(4)).decode()
    assert await passwords().verify(LONG, hashed, source="-")
    assert not await passwords().verify("another harbour", hashed, source="-")
    assert passwords().needs_rehash(hashed)


async def test_no_hash() -> None:
    for hashed in (None, "", "nonsense", "$2b$04$nonsense", "$argon2id$nonsense"):
        assert not await passwords().verify("quiet harbour", hashed, source="-")


async def test_an_unknown_user_takes_the_time_of_a_known_one() -> None:
    checks = Passwords(UsersSettings(argon2_memory_kib=8192, argon2_time_cost=2, argon2_parallelism=1))
    hashed = await checks.hash("quiet harbour", source="-")
    times: dict[str | None, list[float]] = {hashed: [], None: []}
    for _ in range(7):
        for given, taken in times.items():
            started = time.perf_counter()
            assert not await checks.verify("another harbour", given, source="-")
            taken.append(time.perf_counter() - started)
    known, unknown = min(times[hashed]), min(times[None])
    assert 0.5 < unknown / known < 2


async def test_a_long_password_is_cut_and_wrong() -> None:
    hashed = await passwords().hash("x" * 256, source="-")
    assert await passwords().verify("x" * 256, hashed, source="-")
    assert not await passwords().verify("x" * 1_000_000, hashed, source="-")
