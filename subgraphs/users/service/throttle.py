"""Slows down password guessing, without locking an owner out.

Failures are counted per account and source, where the source is the client's address. After a few of them the next
attempts from there are delayed, and each of them waits for the one before. Failures of all sources together delay new
sources of the account as well, but not its known devices: those that signed in before, from the same address with the
same user agent. Logins that do not exist are counted in the same way, so that nothing reveals which exist.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.auth import Client
from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.errors import TooManyAttempts
from hanse_subgraph.ids import new_id
from hanse_wire.client_network import client_network
from hanse_wire.lru_cache import LruCache
from subgraphs.users import repository
from subgraphs.users.models import User
from subgraphs.users.settings import UsersSettings

FIRST_DELAY = 0.25  # seconds; it doubles with each further failure
MAX_DELAYS_WAITING = 2  # attempts of one source that may wait for each other; more are refused
MAX_SOURCES = 10_000  # delayed at the same time in one process
KNOWN_FOR = timedelta(days=90)  # since the last use of a session


@dataclass(frozen=True, slots=True)
class Guess:
    """An attempt to give the password of an account: what it counts for, and its delay in seconds."""

    account: str
    source: str
    delay: float = 0.0


class Throttle:
    """Delays attempts by the failures before them."""

    def __init__(
        self,
        settings: UsersSettings,
        *,
        clock: Clock = utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._window = timedelta(minutes=settings.failure_window_minutes)
        self._clock = clock
        self._sleep = sleep
        self._next: LruCache[tuple[str, str], float] = LruCache(MAX_SOURCES)

    async def guess(self, session: AsyncSession, user: User | None, login: str, client: Client) -> Guess:
        """What an attempt counts for. For a login that does not exist, the same statements run."""
        account = user.id if user is not None else _fingerprint(repository.comparison_key(login))
        now = self._clock()
        devices = await repository.devices(session, user.id if user else new_id(), now - KNOWN_FOR)
        source = source_of(client)
        agent = (client.user_agent or "")[:512] or None
        known = any((source_of(Client(ip)), user_agent) == (source, agent) for ip, user_agent in devices)
        if known:  # others at the same address do not slow it down
            source = f"{source} {_fingerprint(agent or '')[:16]}"
        failures = await repository.failures(session, account, now - self._window)
        return Guess(account, source, self._delay(failures.get(source, 0), 0 if known else sum(failures.values())))

    async def wait(self, guess: Guess) -> None:
        """Wait for the delay of an attempt, and for those of its source before it. Raises TooManyAttempts."""
        if not guess.delay:
            return
        key, now = (guess.account, guess.source), time.monotonic()
        start = max(now, self._next.get(key) or now) + guess.delay
        if start - now > MAX_DELAYS_WAITING * self._settings.max_delay_seconds:
            raise TooManyAttempts(math.ceil(start - now - guess.delay))
        self._next.put(key, start)
        await self._sleep(start - now)

    async def failed(self, session: AsyncSession, guess: Guess) -> bool:
        """Count a failure. Returns whether further attempts from there are delayed."""
        now = self._clock()
        count = await repository.add_failure(session, guess.account, guess.source, now, now - self._window)
        return self._delay(count, 0) > 0

    async def succeeded(self, session: AsyncSession, guess: Guess) -> None:
        """Forget the failures of this source."""
        await repository.clear_failures(session, guess.account, guess.source)

    def _delay(self, of_source: int, of_account: int) -> float:
        settings = self._settings
        excess = max(of_source - settings.failures_before_delay, of_account - settings.account_failures_before_delay)
        return min(settings.max_delay_seconds, FIRST_DELAY * 2 ** min(excess, 16)) if excess >= 0 else 0.0


def source_of(client: Client) -> str:
    """The address of a client, of IPv6 its network of 64 bits: one customer has all of it."""
    return client_network((client.ip or "-")[:64])


def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
