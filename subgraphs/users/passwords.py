"""Password rules, and password hashing off the event loop."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

from passlib.context import CryptContext

from hanse_subgraph.errors import Problems
from subgraphs.users.errors import PasswordQueueFull
from subgraphs.users.fair_threads import FairThreads, QueueFull
from subgraphs.users.settings import UsersSettings

Result = TypeVar("Result")

MIN_LENGTH, MAX_LENGTH = 8, 256
MIN_DISTINCT_CHARACTERS = 5
BCRYPT_BYTES = 72  # bcrypt ignores the rest of a password, and the current library rejects longer ones
_COMMON = """
password passw0rd password1 password123 passwort 12345678 123456789 1234567890 qwertyui qwertyuiop qwerty123 iloveyou
sunshine princess football baseball superman trustno1 letmein1 welcome1 abc12345 11111111 00000000 admin123
administrator changeme dragon123 monkey123 starwars whatever computer internet qazwsxedc 1q2w3e4r
"""
COMMON = frozenset(_COMMON.split())


def check_password(problems: Problems, name: str, password: str, *, personal: tuple[str, ...]) -> None:
    """Add a problem if the password is too short, too long, common, repetitive, or contains `personal` data."""
    lowered = password.lower()
    if len(password) < MIN_LENGTH:
        problems.add(name, "WEAK_PASSWORD", f"{name} must have at least {MIN_LENGTH} characters.")
    elif len(password) > MAX_LENGTH:
        problems.add(name, "TOO_LONG", f"{name} can have at most {MAX_LENGTH} characters.")
    elif lowered in COMMON or len(set(password)) < MIN_DISTINCT_CHARACTERS:
        problems.add(name, "WEAK_PASSWORD", f"{name} is too easy to guess.")
    elif any(len(word) >= 4 and word.lower() in lowered for word in personal):
        problems.add(name, "WEAK_PASSWORD", f"{name} must not contain your username or email address.")


class Passwords:
    """Hashes and verifies passwords on its own threads (Argon2 releases the interpreter lock).

    `source` is the address that a password comes from: addresses take turns. All methods raise PasswordQueueFull.
    """

    def __init__(self, settings: UsersSettings) -> None:
        self._context = CryptContext(
            schemes=["argon2", "bcrypt"],
            deprecated=["bcrypt"],  # of imported users, until their next sign-in
            argon2__type="ID",
            argon2__time_cost=settings.argon2_time_cost,
            argon2__memory_cost=settings.argon2_memory_kib,
            argon2__parallelism=settings.argon2_parallelism,
        )
        self._threads = FairThreads(
            settings.hashing_threads, per_caller=settings.hashing_queue_per_address, total=settings.hashing_queue
        )

    async def hash(self, password: str, *, source: str) -> str:
        """Hash a password with Argon2id; the result contains salt and costs."""
        return await self._run(source, self._context.hash, password)

    async def verify(self, password: str, hashed: str | None, *, source: str) -> bool:
        """Whether the password matches the hash; False after the same time if `hashed` is None (unknown user)."""
        return await self._run(source, self._verify, password[: MAX_LENGTH + 1], hashed)

    def needs_rehash(self, hashed: str) -> bool:
        """Whether the hash uses an outdated algorithm or outdated costs."""
        return not self._context.identify(hashed) or self._context.needs_update(hashed)

    async def _run(self, source: str, work: Callable[..., Result], *arguments: object) -> Result:
        try:
            return await self._threads.run(source, work, *arguments)
        except QueueFull as error:
            raise PasswordQueueFull from error

    @cached_property
    def _nobodys_hash(self) -> str:
        return str(self._context.hash("nobody's password"))

    def _verify(self, password: str, hashed: str | None) -> bool:
        nobodys = self._nobodys_hash  # made by the first call, whoever it is about
        secret = password.encode(errors="surrogatepass")
        if self._context.identify(hashed or "") == "bcrypt":
            secret = secret[:BCRYPT_BYTES]
        try:
            return bool(self._context.verify(secret, nobodys if hashed is None else hashed)) and hashed is not None
        except ValueError:  # not a valid hash
            return False
