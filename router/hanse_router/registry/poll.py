"""Polls the supergraph of a registry for as long as the router runs; a copy on disk helps at the start."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable
from pathlib import Path

from prometheus_client import CollectorRegistry

from hanse_router.registry.client import Answer
from hanse_router.registry.errors import SupergraphError, SupergraphRefused
from hanse_router.registry.followed import FollowedSupergraph
from hanse_router.registry.last_good import LastGoodCopy
from hanse_router.registry.metrics import SupergraphMetrics
from hanse_router.settings_supergraph import SupergraphSettings
from hanse_wire.backoff import Backoff
from hanse_wire.settings import SettingsError

log = logging.getLogger("hanse_router.registry")
_JITTER = 0.2  # share of an interval, so that routers that started together do not poll together


def jittered(seconds: float) -> float:
    """An interval, shortened by a random share of up to a fifth."""
    return seconds * (1 - _JITTER * random.random())


class SupergraphPoller:
    """Starts with the registry's supergraph or with the copy, then polls."""

    def __init__(
        self,
        settings: SupergraphSettings,
        followed: FollowedSupergraph,
        registry: CollectorRegistry,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._followed = followed
        self._clock = clock
        self._copy = _copy(settings.copy_folder, followed.url)
        self._backoff = Backoff(
            first=settings.interval_seconds, maximum=max(settings.interval_seconds, settings.max_retry_seconds)
        )
        self._metrics = SupergraphMetrics(registry)
        self._metrics.age.set_function(lambda: self._clock() - self._success)
        self._success = clock()  # of the last poll that succeeded; of the start before
        self._failures = 0  # polls in a row
        self._reason = ""  # of the last failure
        self._from_copy = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Put the first supergraph in service, and begin to poll.

        Without a copy, a registry that is unavailable leaves the router not ready until it responds. Raises
        SettingsError where the registry refuses the router, or the router what it serves, and there is no copy.
        """
        await self._start_with_copy()
        try:
            await self._poll()
        except SupergraphRefused as error:
            if self._followed.served is None:
                raise SettingsError(f"no supergraph from {self._followed.url}: {error}") from error
        self._task = asyncio.create_task(self._poll_forever(), name="poll the supergraph")

    async def stop(self) -> None:
        """Stop polling."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def state(self) -> dict[str, object]:
        """What `/health/ready` says of it."""
        served = self._followed.served
        state: dict[str, object] = {
            "version": served.version if served is not None else None,
            "source": None if served is None else "copy" if self._from_copy else "registry",
            "pollAgeSeconds": round(self._clock() - self._success, 1),
        }
        return {**state, "failures": self._failures, "reason": self._reason} if self._failures else state

    async def _start_with_copy(self) -> None:
        answer = await self._copy.read() if self._copy is not None else None
        if answer is None:
            return
        try:
            await self._followed.take(answer)
        except SupergraphRefused as error:
            log.error("the copy of the supergraph is not used: %s", error)
        else:
            self._note_served(from_copy=True)

    async def _poll_forever(self) -> None:
        while True:
            interval = self._settings.interval_seconds
            await asyncio.sleep(self._backoff.delay(self._failures) if self._failures else jittered(interval))
            try:
                await self._poll()
            except SupergraphRefused:
                pass  # it is logged and counted
            except Exception:
                self._failures += 1
                log.exception("the supergraph at %s was not read", self._followed.url)

    async def _poll(self) -> None:
        """Poll once. Raises SupergraphRefused, which is counted and logged already."""
        try:
            answer = await self._followed.follow()
        except SupergraphRefused as error:
            self._metrics.refused.inc()
            self._note_failure(error)
            raise
        except SupergraphError as error:
            self._metrics.unavailable.inc()
            self._note_failure(error)
        else:
            await self._note_success(answer)

    async def _note_success(self, answer: Answer | None) -> None:
        if self._failures:
            log.warning("the supergraph at %s can be read again", self._followed.url)
        self._failures, self._reason, self._success = 0, "", self._clock()
        self._note_served(from_copy=False)
        if answer is None:
            self._metrics.unchanged.inc()
            return
        self._metrics.new.inc()
        version = f"version {answer.version}" if answer.version is not None else "a supergraph without a version"
        log.warning("%s of the supergraph at %s is in service", version, self._followed.url)
        if self._copy is not None:
            await self._copy.write(answer)

    def _note_served(self, *, from_copy: bool) -> None:
        served = self._followed.served
        self._from_copy = from_copy
        self._metrics.from_copy.set(from_copy)
        self._metrics.version.set(served.version or 0 if served is not None else 0)

    def _note_failure(self, error: SupergraphError) -> None:
        """Log a failure when it begins, and when its reason changes."""
        self._failures += 1
        reason = str(error)
        if reason != self._reason:
            state = "the one in service stays" if self._followed.served is not None else "the router is not ready"
            log.error("no supergraph from %s: %s; %s", self._followed.url, reason, state)
        self._reason = reason


def _copy(folder: Path | None, url: str) -> LastGoodCopy | None:
    return LastGoodCopy(folder, url) if folder is not None else None
