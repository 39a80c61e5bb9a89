"""Demo data: one week of activity, the same for the same seed.

Each subgraph declares a DemoData that lists its actions. They run in order of time through the same services as real
requests, with a clock that is set to their time and with their actor as the caller. So events, audit trail and
statistics are those of a week. Ids are computed from the seed. Facts
are what one subgraph's actions need from another subgraph's data: plain mappings, like the payload of an event.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from math import cos, pi
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.auth import Caller, Client, Principal
from hanse_subgraph.clock import utc_now
from hanse_subgraph.db import Database

LENGTH = timedelta(days=7)
USERS = 50  # at scale 1
ADMIN = 1  # the number of the admin; the demo login has number 0
ACTIONS_PER_TRANSACTION = 1000  # all of a subgraph's at scale 1
_IDS_BEGIN = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)  # the time in ids defines only their order, the same in every week
_PROGRAMS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "HanseMarket/3.2 (Android 16)",
)


def demo_id(seed: int, kind: str, number: int) -> str:
    """The UUIDv7 of an object by kind and number, deterministic by seed. Higher numbers sort later."""
    generator = random.Random(f"{seed}/{kind}/{number}")
    milliseconds = int((_IDS_BEGIN + timedelta(minutes=7 * number)).timestamp() * 1000)
    value = milliseconds << 80 | 0x7 << 76 | generator.getrandbits(12) << 64 | 0b10 << 62 | generator.getrandbits(62)
    return str(UUID(int=value))


@dataclass(frozen=True, slots=True)
class DemoAction:
    """An action of a user at a time. `is_signed_in` is false for actions before signing in."""

    at: datetime
    user_id: str
    run: Callable[[AsyncSession], Awaitable[object]]
    is_signed_in: bool = True


@dataclass(frozen=True)
class DemoWeek:
    """Seven days up to `end`, with `scale` times the usual number of users."""

    seed: int = 1
    scale: int = 1
    end: datetime = field(default_factory=utc_now)

    def generator(self, purpose: str) -> random.Random:
        """A random generator for one purpose."""
        return random.Random(f"{self.seed}/{purpose}")

    def id(self, kind: str, number: int) -> str:
        """The UUIDv7 of an object by kind and number."""
        return demo_id(self.seed, kind, number)

    @cached_property
    def user_ids(self) -> list[str]:
        """The users: the first is the demo login, the second the admin."""
        return [self.id("user", number) for number in range(USERS * self.scale)]

    @cached_property
    def arrivals(self) -> list[datetime]:
        """The registration times of the users: mostly in the first days, first the demo login and the admin."""
        first = self.end - LENGTH
        others = self.times("user", USERS * self.scale - 2, lateness=0.3)
        return [first, first + timedelta(seconds=1), *others]

    def times(self, kind: str, count: int, *, lateness: float = 1.0) -> list[datetime]:
        """`count` sorted times of the week, more by day than by night. A smaller `lateness` gives earlier times."""
        generator = self.generator(f"{kind} moments")
        found: list[float] = []
        while len(found) < count:
            passed = generator.random() ** (1 / lateness)
            if generator.random() < 0.15 + 0.85 * cos(7 * pi * passed) ** 2:  # one wave per day
                found.append(passed)
        start = self.end - LENGTH + timedelta(seconds=2)
        return [start + (self.end - start) * passed for passed in sorted(found)]

    def random_user(self, generator: random.Random, at: datetime) -> str:
        """A random user who has registered by this time."""
        return self.user_ids[generator.randrange(max(1, bisect_right(self.arrivals, at)))]

    def later(self, generator: random.Random, at: datetime, max_delay: timedelta) -> datetime:
        """A time after `at` and before the end of the week."""
        return at + min(max_delay, self.end - at) * generator.uniform(0.05, 1)


class SetClock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.moment = _IDS_BEGIN

    def __call__(self) -> datetime:
        """The time that it is set to."""
        return self.moment


Fact = Mapping[str, Any]
Facts = Mapping[str, Sequence[Fact]]


@dataclass(slots=True)
class Progress:
    """How many steps there are, and how many are done. `on_change` is called after each change."""

    on_change: Callable[[Progress], object] = lambda _: None
    total: int = 0
    done: int = 0

    def expect(self, steps: int) -> None:
        """Add steps to the total."""
        self.total += steps
        self.on_change(self)

    def advance(self, steps: int = 1) -> None:
        """Count steps as done."""
        self.done += steps
        self.on_change(self)


@dataclass(frozen=True, slots=True)
class DemoContext:
    """What a subgraph's demo data are made from: its settings and clock, and the facts of all subgraphs."""

    settings: Any
    week: DemoWeek
    clock: SetClock
    facts: Facts = field(default_factory=dict)
    progress: Progress = field(default_factory=Progress)


class DemoData(ABC):
    """The demo data of one subgraph."""

    logins: str = ""  # text for the page that `hanse up` prints

    @abstractmethod
    async def is_empty(self, session: AsyncSession) -> bool:
        """Whether the database has no data yet."""

    async def is_from(self, session: AsyncSession, week: DemoWeek) -> bool:
        """Whether the data in the database are this week's; False when that cannot be known."""
        return False

    def facts(self, week: DemoWeek) -> Facts:
        """What other subgraphs' demo data may use, by name."""
        return {}

    @abstractmethod
    async def actions(self, context: DemoContext) -> list[DemoAction]:
        """What happens in the week."""


async def run_actions(database: Database, actions: Sequence[DemoAction], clock: SetClock, progress: Progress) -> None:
    """Run the actions in order of time, ACTIONS_PER_TRANSACTION to a transaction."""
    ordered = sorted(actions, key=lambda action: action.at)
    progress.expect(len(ordered))
    for start in range(0, len(ordered), ACTIONS_PER_TRANSACTION):
        async with database.writing() as session:
            session.info["clock"] = clock
            for action in ordered[start : start + ACTIONS_PER_TRANSACTION]:
                clock.moment = action.at
                session.info["caller"] = caller_of(action)
                await action.run(session)
                progress.advance()


def caller_of(action: DemoAction) -> Caller:
    """The caller of an action, with an address and a user agent of their own."""
    generator = random.Random(action.user_id)
    client = Client(f"198.51.100.{generator.randrange(1, 255)}", generator.choice(_PROGRAMS))
    return Caller(Principal(action.user_id, frozenset({"user"})) if action.is_signed_in else Principal(), client)
