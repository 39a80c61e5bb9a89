"""Sends usage reports in the background. What cannot be sent waits, and counting goes on in the same memory."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from hanse_router.registry.client import RegistryClient
from hanse_router.registry.errors import SupergraphError
from hanse_router.registry.metrics import UsageMetrics
from hanse_router.registry.poll import jittered
from hanse_router.registry.usage_counter import UsageCounter, Window
from hanse_router.settings_supergraph import UsageSettings
from hanse_wire.backoff import Backoff
from hanse_wire.usage_report import OperationUse, UsageReport, encode_report

log = logging.getLogger("hanse_router.registry")

MAX_REPORT_OPERATIONS = 1_000
MAX_REPORT_CHARACTERS = 1_000_000
MAX_RETRY_SECONDS = 60.0
_STOP_SECONDS = 5.0  # for the last reports when the router stops
_NEVER_ACCEPTED = frozenset((400, 411, 413, 415, 422))  # however often the report is sent


@dataclass(frozen=True, slots=True)
class _Pending:
    """A report that was not accepted yet, encoded, and the number of uses in it."""

    body: bytes
    uses: int


class UsageReporter:
    """Reports what a counter counts."""

    def __init__(
        self,
        settings: UsageSettings,
        client: RegistryClient,
        url: str,
        *,
        version: Callable[[], int | None],
        metrics: UsageMetrics,
    ) -> None:
        """`version` is that of the supergraph in service."""
        self._settings = settings
        self._client = client
        self._url = url
        self._version = version
        self._metrics = metrics
        self._router = settings.router or f"{socket.gethostname()[:150]}-{os.getpid()}"
        self._due = asyncio.Event()
        self._pending: deque[_Pending] = deque()
        self._failures = 0  # in a row
        self._reason = ""
        self._task: asyncio.Task[None] | None = None
        self.counter = UsageCounter(settings, on_half_full=self._due.set)

    async def start(self) -> None:
        """Begin to report."""
        self._task = asyncio.create_task(self._report_forever(), name="report usage")

    async def stop(self) -> None:
        """Send what is counted, if the registry accepts it immediately."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None
        seconds = min(_STOP_SECONDS, self._settings.timeout_seconds)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                if await self._send_pending():
                    self._take()
                    await self._send_pending()
        lost = sum(report.uses for report in self._pending)
        if lost:
            self._metrics.dropped.value += lost
            log.error("%d operations were not reported before the router stopped: %s", lost, self._reason)

    async def _report_forever(self) -> None:
        backoff = Backoff(first=min(1.0, self._settings.interval_seconds), maximum=MAX_RETRY_SECONDS)
        while True:
            if self._failures:
                await asyncio.sleep(backoff.delay(self._failures))
            else:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._due.wait(), jittered(self._settings.interval_seconds))
            try:
                if not self._pending:
                    self._take()
                await self._send_pending()
            except Exception:
                self._failures += 1
                log.exception("usage was not reported")

    def _take(self) -> None:
        """Make reports of what was counted."""
        self._due.clear()
        window = self.counter.take()
        self._metrics.dropped.value += window.dropped
        self._pending.extend(self._reports(window))

    async def _send_pending(self) -> bool:
        """Send reports, the oldest first, until one fails. Returns whether all are sent."""
        while self._pending:
            report = self._pending[0]
            try:
                status = await self._client.post(self._url, report.body, self._settings.timeout_seconds)
            except SupergraphError as error:
                return self._note_failure(str(error))
            if status not in _NEVER_ACCEPTED and not 200 <= status < 300:
                return self._note_failure(f"status {status}")
            self._pending.popleft()
            if status in _NEVER_ACCEPTED:
                self._metrics.refused.inc()
                self._metrics.dropped.value += report.uses
                log.error("the registry refused a usage report with status %d; it is dropped", status)
                continue
            self._metrics.sent.inc()
            if self._failures:
                log.warning("usage can be reported again")
            self._failures, self._reason = 0, ""
        return True

    def _note_failure(self, reason: str) -> bool:
        """Log a failure when it begins, and when its reason changes. Returns False."""
        self._metrics.failed.inc()
        self._failures += 1
        if reason != self._reason:
            log.error("usage cannot be reported to %s: %s; reports wait in bounded memory", self._url, reason)
        self._reason = reason
        return False

    def _reports(self, window: Window) -> Iterator[_Pending]:
        dropped = window.dropped
        batches = list(_batches(window.operations)) or ([[]] if dropped else [])
        for batch in batches:
            report = UsageReport(
                id=uuid.uuid4().hex,
                version=self._version(),
                router=self._router,
                since=window.since,
                until=window.until,
                dropped=dropped,
                sample_rate=self._settings.sample_rate,
                operations=tuple(batch),
            )
            yield _Pending(encode_report(report), sum(use.count for use in batch))
            dropped = 0


def _batches(operations: Sequence[OperationUse]) -> Iterator[list[OperationUse]]:
    batch: list[OperationUse] = []
    characters = 0
    for use in operations:
        size = len(use.signature)
        if batch and (len(batch) >= MAX_REPORT_OPERATIONS or characters + size > MAX_REPORT_CHARACTERS):
            yield batch
            batch, characters = [], 0
        batch.append(use)
        characters += size
    if batch:
        yield batch
