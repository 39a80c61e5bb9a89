"""Passwords: what makes a good one, and hashing off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from passlib.context import CryptContext

from hanse_subgraph.errors import Problems
from subgraphs.users.settings import UsersSettings

Result = TypeVar("Result")

SHORTEST, LONGEST = 8, 256
FEWEST_DIFFERENT = 5
BCRYPT_BYTES = 72  # bcrypt never saw more of a password; its present library refuses more
_COMMON = """
password passw0rd password1 password123 passwort 12345678 123456789 1234567890 qwertyui qwertyuiop qwerty123 iloveyou
sunshine princess football baseball superman trustno1 letmein1 welcome1 abc12345 11111111 00000000 admin123
administrator changeme dragon123 monkey123 starwars whatever computer internet qazwsxedc 1q2w3e4r
"""
COMMON = frozenset(_COMMON.split())


def check_password(problems: Problems, name: str, password: str, *, personal: tuple[str, ...]) -> None:
    """Note a password that is too short, too long, well known, of few characters, or made of `personal` data."""
    lowered = password.lower()
    if len(password) < SHORTEST:
        problems.add(name, "WEAK_PASSWORD", f"{name} needs at least {SHORTEST} characters.")
    elif len(password) > LONGEST:
        problems.add(name, "TOO_LONG", f"{name} may have at most {LONGEST} characters.")
    elif lowered in COMMON or len(set(password)) < FEWEST_DIFFERENT:
        problems.add(name, "WEAK_PASSWORD", f"{name} is too easy to guess.")
    elif any(len(word) >= 4 and word.lower() in lowered for word in personal):
        problems.add(name, "WEAK_PASSWORD", f"{name} may not contain your name or e-mail.")


class Passwords:
    """Hashes and verifies, some at a time, on threads of its own (Argon2 lets go of the interpreter)."""

    def __init__(self, settings: UsersSettings) -> None:
        self._context = CryptContext(
            schemes=["argon2", "bcrypt"],
            deprecated=["bcrypt"],  # imported users have it until their next sign-in
            argon2__type="ID",
            argon2__time_cost=settings.argon2_time_cost,
            argon2__memory_cost=settings.argon2_memory_kib,
            argon2__parallelism=settings.argon2_parallelism,
        )
        self._threads = ThreadPoolExecutor(settings.hashing_threads, thread_name_prefix="passwords")

    async def hash(self, password: str) -> str:
        """The password's Argon2id hash, with its salt and costs."""
        return await self._run(self._context.hash, password)

    async def verify(self, password: str, hashed: str | None) -> bool:
        """Whether the password has this hash; with None (nobody of that name) it takes as long, and does not."""
        return await self._run(self._verify, password, hashed)

    def needs_rehash(self, hashed: str) -> bool:
        """Whether the hash was made another way than ours now."""
        return not self._context.identify(hashed) or self._context.needs_update(hashed)

    async def _run(self, work: Callable[..., Result], *arguments: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    def _verify(self, password: str, hashed: str | None) -> bool:
        if hashed is None:
            self._context.dummy_verify()
            return False
        secret = password.encode()
        if self._context.identify(hashed) == "bcrypt":
            secret = secret[:BCRYPT_BYTES]
        try:
            return bool(self._context.verify(secret, hashed))
        except ValueError:  # no hash at all, or one that is broken
            return False
