"""Feature branches: the supergraphs that requests ask for by name, each with a pipeline, in bounded number.

A branch is read from the registry when the first request asks for it, polled while it is in use, and dropped when it
is idle. Outsiders can send any name: unknown ones are remembered, and branches are made one at a time.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial

from hanse_router.errors import BranchesBusy, BranchNotFound, BranchUnavailable
from hanse_router.lifetime import Ending
from hanse_router.pipeline import Pipeline
from hanse_router.preparation import Document
from hanse_router.registry.errors import SupergraphError, SupergraphNotFound
from hanse_router.registry.followed import FollowedSupergraph, Serve
from hanse_router.registry.metrics import BranchMetrics
from hanse_router.registry.poll import jittered
from hanse_router.request import cookie_value
from hanse_router.settings_supergraph import BranchSettings
from hanse_wire.lru_cache import LruCache

log = logging.getLogger("hanse_router.registry")

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
UNKNOWN_SECONDS = 10.0  # for which a name without a branch is not asked for again
_UNKNOWN = 1_000  # names that are remembered
_MIN_USE_SECONDS = 10.0  # for which a branch keeps its place after a request

Follow = Callable[[str, Serve], FollowedSupergraph]
Adopt = Callable[[Pipeline], None]
PutInService = Callable[[str, Sequence[Document], Adopt], Awaitable[None]]


class _Branch:
    """A branch in service, or one that is being made."""

    def __init__(self, name: str, follow: Follow, serve: Callable[[_Branch, str], Awaitable[None]]) -> None:
        self.name = name
        self.followed = follow(name, partial(serve, self))
        self.pipeline: Pipeline | None = None
        self.used = time.monotonic()
        self.failing = False


class Branches:
    """The branches that are served now."""

    def __init__(
        self,
        settings: BranchSettings,
        *,
        follow: Follow,
        put_in_service: PutInService,
        retire: Callable[[], None],
        reload_documents: int,
        interval_seconds: float,
        metrics: BranchMetrics,
    ) -> None:
        """`follow` follows the supergraph of a branch, `put_in_service` makes the pipeline of an SDL.

        `retire` closes the transports that no pipeline uses now.
        """
        self._settings = settings
        self._header = settings.header.lower() if settings.header is not None else None
        self._cookie = settings.cookie
        self._follow = follow
        self._put_in_service = put_in_service
        self._retire = retire
        self._reload_documents = reload_documents
        self._interval_seconds = interval_seconds
        self._branches: dict[str, _Branch] = {}
        self._unknown: LruCache[str, float] = LruCache(_UNKNOWN)
        self._making = asyncio.Lock()
        self._waiting = 0
        self._metrics = metrics
        self._task: asyncio.Task[None] | None = None

    def asked_for(self, headers: Mapping[str, str]) -> str | None:
        """The name of the branch that a request asks for; None where it asks for none."""
        name = headers.get(self._header) if self._header is not None else None
        if name is None and self._cookie is not None and (cookies := headers.get("cookie")) is not None:
            name = cookie_value(cookies, (self._cookie,))
        return name or None

    async def pipeline(self, name: str) -> Pipeline:
        """The pipeline of a branch. Raises BranchNotFound, BranchUnavailable, BranchesBusy."""
        found = self._branches.get(name)
        if found is None:
            await self._make(name)
            found = self._branches[name]
        found.used = time.monotonic()
        assert found.pipeline is not None
        return found.pipeline

    def pipelines(self) -> Iterator[Pipeline]:
        """Those of all branches in service."""
        return (branch.pipeline for branch in self._branches.values() if branch.pipeline is not None)

    async def start(self) -> None:
        """Begin to poll the branches in use."""
        self._task = asyncio.create_task(self._poll_forever(), name="poll branches")

    async def stop(self) -> None:
        """Stop polling."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _make(self, name: str) -> None:
        """Read a branch and put it in service. Raises RouterError."""
        self._check_known(name)
        if self._waiting >= self._settings.max:
            raise BranchesBusy
        self._waiting += 1
        try:
            async with self._making:
                if name not in self._branches:
                    self._check_known(name)
                    self._make_room()
                    await self._read(name)
        finally:
            self._waiting -= 1

    def _check_known(self, name: str) -> None:
        unknown = self._unknown.get(name)
        if NAME.fullmatch(name) is None or (unknown is not None and time.monotonic() - unknown < UNKNOWN_SECONDS):
            raise BranchNotFound(name)

    def _make_room(self) -> None:
        """Drop the branch that was not used for the longest time. Raises BranchesBusy where all are in use."""
        if len(self._branches) < self._settings.max:
            return
        oldest = min(self._branches.values(), key=lambda branch: branch.used)
        if time.monotonic() - oldest.used < _MIN_USE_SECONDS:
            raise BranchesBusy
        self._drop(oldest.name)

    async def _read(self, name: str) -> None:
        branch = _Branch(name, self._follow, self._serve)
        try:
            await branch.followed.follow()
        except SupergraphNotFound as error:
            self._unknown.put(name, time.monotonic())
            raise BranchNotFound(name) from error
        except SupergraphError as error:
            log.error("the branch %s cannot be served: %s", name, error)
            raise BranchUnavailable(name) from error
        self._metrics.served.set(len(self._branches))
        log.warning("the branch %s is in service", name)

    async def _serve(self, branch: _Branch, sdl: str) -> None:
        """Put a supergraph of a branch in service. Raises InvalidSupergraphError, SettingsError."""

        def adopt(pipeline: Pipeline) -> None:
            before = branch.pipeline
            if before is not None and branch.name not in self._branches:
                return  # it was dropped in the meantime
            branch.pipeline = pipeline
            self._branches[branch.name] = branch
            if before is not None:
                before.lifetime.end(Ending.RELOAD)

        before = branch.pipeline
        used = before.preparation.documents(self._reload_documents) if before is not None else []
        await self._put_in_service(sdl, used, adopt)

    async def _poll_forever(self) -> None:
        while True:
            await asyncio.sleep(jittered(self._interval_seconds))
            now = time.monotonic()
            for branch in list(self._branches.values()):
                if now - branch.used > self._settings.idle_seconds:
                    self._drop(branch.name)
            await asyncio.gather(*(self._poll(branch) for branch in list(self._branches.values())))

    async def _poll(self, branch: _Branch) -> None:
        name = branch.name
        try:
            changed = await branch.followed.follow() is not None
        except SupergraphNotFound:
            self._drop(name)
        except SupergraphError as error:
            if not branch.failing:
                log.error("the branch %s stays as it is: %s", name, error)
            branch.failing = True
        except Exception:
            log.exception("the branch %s was not read", name)
        else:
            branch.failing = False
            if changed:
                log.warning("a new version of the branch %s is in service", name)

    def _drop(self, name: str) -> None:
        found = self._branches.pop(name, None)
        if found is None:
            return
        if found.pipeline is not None:
            found.pipeline.lifetime.end(Ending.RELOAD)
        self._retire()
        self._metrics.served.set(len(self._branches))
        log.warning("the branch %s is not served any more", name)
