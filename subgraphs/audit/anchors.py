"""Anchors: the head of the chain, published to the event log at intervals, out of reach of who can write the table."""

from __future__ import annotations

import asyncio
import hmac
import logging

from hanse_subgraph.db import Database
from hanse_subgraph.db_errors import client_error, reason
from hanse_subgraph.events.envelope import Event
from hanse_subgraph.events.log import EventLog
from hanse_subgraph.events.outbox import emit
from hanse_subgraph.ids import new_id
from hanse_subgraph.timeouts import set_within
from subgraphs.audit import repository
from subgraphs.audit.chain_key import ChainKey
from subgraphs.audit.events import AuditAnchored

log = logging.getLogger(__name__)


class ForgedAnchor(Exception):
    """The event log has an anchor that was not made with the key of the chain."""

    def __init__(self, position: object) -> None:
        super().__init__(f"the event log has a forged anchor of entry {position}")


class Anchoring:
    """A background task that publishes the head of the chain, where it moved."""

    def __init__(self, database: Database, key: ChainKey, *, seconds: float) -> None:
        self._database = database
        self._key = key
        self._seconds = seconds
        self._anchored = 0
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Publish an anchor after each interval until stopped."""
        while not self._stopped.is_set():
            await set_within(self._stopped, self._seconds)
            try:
                await self.anchor()
            except Exception as error:
                unexpected = None if client_error(error) else error
                log.error("anchoring the audit chain failed, retrying: %s", reason(error), exc_info=unexpected)

    def stop(self) -> None:
        """Ask `run` to end."""
        self._stopped.set()

    async def anchor(self) -> None:
        """Publish the head of the chain, unless it was published before."""
        async with self._database.writing() as session:
            head = await repository.head(session, to_write=False)
            if head.position <= self._anchored:
                return
            self._key.open(head.position)
            mac = self._key.anchor_mac(head.position, head.hash)
            await emit(session, AuditAnchored(id=new_id(), position=head.position, hash=head.hash, mac=mac))
        self._anchored = head.position


async def anchors_in(events: EventLog, key: ChainKey) -> dict[int, str]:
    """The hashes of all anchors, by position. Raises ForgedAnchor, LogUnavailable."""
    found: dict[int, str] = {}
    async for event in events.history(AuditAnchored.event_type):
        position, digest = _genuine(event, key)
        if found.setdefault(position, digest) != digest:
            raise ForgedAnchor(position)
    return found


def _genuine(event: Event, key: ChainKey) -> tuple[int, str]:
    match event.data:
        case {"position": int(position), "hash": str(digest), "mac": str(mac)}:
            if hmac.compare_digest(key.anchor_mac(position, digest), mac):
                return position, digest
    raise ForgedAnchor(event.data.get("position"))
