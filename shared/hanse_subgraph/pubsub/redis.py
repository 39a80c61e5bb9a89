"""Announcements over Redis' pub/sub, so that subscribers on any replica are woken.

Nothing is kept: an announcement only says "look again". So after a connection was lost everybody looks again, and while
there is none, live subscriptions look every `live_poll_seconds` as they do without Redis.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from urllib.parse import urlsplit
from uuid import uuid4

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError
from redis.maint_notifications import MaintNotificationsConfig

from hanse_subgraph.pubsub.announcements import Announcements, Carrier
from hanse_subgraph.timeouts import set_within
from hanse_wire.backoff import Backoff

ANSWER_SECONDS = 5.0  # the timeout of a request
QUIET_SECONDS = 10.0  # then a ping checks the connection
BACKOFF = Backoff(first=0.1, maximum=5.0)

log = logging.getLogger(__name__)


class RedisAnnouncements(Announcements):
    """Announcements that wake those who wait in every process on the same channel."""

    def __init__(
        self,
        url: str,
        *,
        channel: str,
        setting: str,
        quiet_seconds: float = QUIET_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        """`setting` is the name of the URL's setting. Raises ValueError or TypeError where it is not understood."""
        super().__init__()
        parts = urlsplit(url)
        if parts.scheme not in ("redis", "rediss") or not parts.hostname:
            raise ValueError("its form is not understood")
        self.place = f"{parts.hostname}:{parts.port or 6379}"
        self.channel = channel
        self.setting = setting
        self.quiet_seconds = quiet_seconds
        self.answer_seconds = answer_seconds
        self.sender = uuid4().bytes  # what this process says, it need not hear
        self.pending = asyncio.Event()  # an announcement to send
        self._url = url
        self.connect().connection_pool.make_connection()  # type: ignore[no-untyped-call]  # only it tells wrong options

    def connect(self) -> Redis:
        """A client, which connects when it is used."""
        return Redis.from_url(
            self._url,
            socket_connect_timeout=self.answer_seconds,
            socket_timeout=None,  # a subscriber waits without a timeout
            retry=Retry(NoBackoff(), 0),
            maint_notifications_config=MaintNotificationsConfig(enabled=False),
        )

    def announce(self) -> None:
        """Announce. Several in a row are sent to the other replicas as one."""
        super().announce()
        self.pending.set()

    def heard(self) -> None:
        """Another process announced, or may have."""
        super().announce()

    def carriers(self) -> Sequence[Carrier]:
        return (RedisCarrier(self),)


class RedisCarrier:
    """Carries announcements to Redis and from it, and connects again where that is lost."""

    def __init__(self, announcements: RedisAnnouncements) -> None:
        self._announcements = announcements
        self._answer_seconds = announcements.answer_seconds
        self._stopping = asyncio.Event()
        self._delays = BACKOFF.delays()
        self._lost = False

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        """Carry until stopped; where Redis fails, pause and try again."""
        while not self._stopping.is_set():
            try:
                async with self._announcements.connect() as redis, redis.pubsub() as subscription:
                    await self._begin(subscription)
                    await self._carry(redis, subscription)
            except (RedisError, OSError) as error:
                self._note_lost(error)
                await set_within(self._stopping, next(self._delays))

    async def _begin(self, subscription: PubSub) -> None:
        async with asyncio.timeout(self._answer_seconds):
            await subscription.subscribe(self._announcements.channel)
            while await subscription.get_message(timeout=self._answer_seconds) is None:
                pass  # until the subscription is confirmed
        if self._lost:
            log.warning("live announcements go through %s again", self._announcements.place)
        self._lost, self._delays = False, BACKOFF.delays()
        self._announcements.heard()  # something may have been missed

    async def _carry(self, redis: Redis, subscription: PubSub) -> None:
        """Until stopped, or until one of both ways fails."""
        ways = [self._tell(redis), self._listen(subscription), self._stopping.wait()]
        tasks = [asyncio.ensure_future(way) for way in ways]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _tell(self, redis: Redis) -> None:
        announcements = self._announcements
        while True:
            await announcements.pending.wait()
            announcements.pending.clear()
            try:
                async with asyncio.timeout(self._answer_seconds):
                    await redis.publish(announcements.channel, announcements.sender)
            except BaseException:
                announcements.pending.set()  # still to be sent
                raise

    async def _listen(self, subscription: PubSub) -> None:
        while True:
            message = await subscription.get_message(timeout=self._announcements.quiet_seconds)
            if message is None:
                async with asyncio.timeout(self._answer_seconds):
                    await subscription.ping()
                    message = await subscription.get_message(timeout=self._answer_seconds)
                if message is None:
                    raise TimeoutError(f"no answer within {self._answer_seconds:g} s")
            if message["type"] == "message" and message["data"] != self._announcements.sender:
                self._announcements.heard()

    def _note_lost(self, error: Exception) -> None:
        if self._lost:
            return
        self._lost = True
        announcements = self._announcements
        log.warning(
            "setting %s: %s %s; until then the news of other replicas are seen by polling",
            announcements.setting,
            announcements.place,
            "refuses the user or password: write redis://USER:PASSWORD@HOST:PORT"
            if isinstance(error, AuthenticationError)
            else f"does not answer ({str(error) or 'in time'}): start it, or correct the setting",
        )
