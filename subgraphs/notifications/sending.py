"""Sends queued mails, with retries and exponential backoff."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.db import Database
from hanse_subgraph.db_errors import client_error, reason
from hanse_subgraph.events.outbox import emit
from hanse_subgraph.mail.protocol import Mail, Mailer, MailError
from hanse_subgraph.timeouts import set_within
from hanse_wire.backoff import Backoff
from subgraphs.notifications import repository
from subgraphs.notifications.events import MailFailed, MailSent
from subgraphs.notifications.models import MailState, QueuedMail
from subgraphs.notifications.quotas import DAY
from subgraphs.notifications.settings import NotificationsSettings

log = logging.getLogger(__name__)

BATCH = 50
IDLE_SECONDS = 1.0
# A mail is reserved for a sender for this long. It exceeds the time for which a mailer can wait for a slow server, in
# about eight steps. The mails of a crashed sender are retried after it.
CLAIM_DURATION = timedelta(minutes=5)
MAX_DELAY = 3600.0  # seconds between two attempts


class Sender:
    """Sends queued mails. After a crash between sending and committing, the same Message-ID is sent again."""

    def __init__(
        self, database: Database, mailer: Mailer, settings: NotificationsSettings, *, clock: Clock = utc_now
    ) -> None:
        self._database = database
        self._mailer = mailer
        self._settings = settings
        self._clock = clock
        self._wakeup = asyncio.Event()
        self._stopping = asyncio.Event()
        self._expired_at: datetime | None = None

    def wake(self) -> None:
        """Send now, since a mail was queued."""
        self._wakeup.set()

    def stop(self) -> None:
        """Ask `run` to end after the current mail."""
        self._stopping.set()
        self._wakeup.set()

    async def run(self) -> None:
        """Send until stopped."""
        while not self._stopping.is_set():
            self._wakeup.clear()
            try:
                await self._expire_quotas()
                while await self.send_due() and not self._stopping.is_set():
                    pass
                await self.erase()
            except Exception as error:
                unexpected = None if client_error(error) else error
                log.error("sending mails failed, retrying: %s", reason(error), exc_info=unexpected)
            if not self._stopping.is_set():
                await set_within(self._wakeup, IDLE_SECONDS)

    async def send_due(self) -> int:
        """Attempt to send the mails that are due; returns their number."""
        async with self._database.reading() as session:
            due = await repository.mails_due(session, self._clock(), BATCH)
        for mail in due:
            if self._stopping.is_set():
                break
            await self._attempt(mail)
        return len(due)

    async def _expire_quotas(self) -> None:
        """Delete the quotas of past days, once an hour."""
        now = self._clock()
        if self._expired_at is not None and now - self._expired_at < timedelta(hours=1):
            return
        self._expired_at = now
        async with self._database.writing() as session:
            await repository.expire_quotas(session, now - DAY)

    async def erase(self) -> None:
        """Delete mails of deleted users, and what the mailer keeps of them."""
        async with self._database.reading() as session:
            ids = await repository.erased_mails(session, BATCH)
        for mail_id in ids:
            await self._mailer.forget(mail_id)
        if ids:
            async with self._database.writing() as session:
                await repository.delete_mails(session, ids)

    async def _attempt(self, queued: QueuedMail) -> None:
        async with self._database.writing() as session:
            if not await repository.claim(session, queued, self._clock() + CLAIM_DURATION):
                return
        problem: MailError | None = None
        try:
            await self._mailer.send(
                Mail(
                    id=queued.id,
                    sender=self._settings.mail_sender,
                    recipient=queued.recipient,
                    subject=queued.subject,
                    text=queued.text,
                    html=queued.html,
                    written_at=queued.created_at,
                )
            )
        except MailError as error:
            problem = error
        async with self._database.writing() as session:
            mail = await repository.mail(session, queued.id)
            if mail is None or mail.is_erased:
                await self._mailer.forget(queued.id)
            if mail is None or mail.state != MailState.QUEUED:
                return
            mail.attempts += 1
            if problem is None:
                mail.state, mail.text, mail.html, mail.error = MailState.SENT.value, "", "", None
                await emit(session, MailSent(id=mail.id, user_id=mail.user_id))
            elif problem.permanent or mail.attempts >= self._settings.mail_attempts:
                log.error("mail %s failed permanently: %s", mail.id, problem)
                mail.state, mail.error = MailState.FAILED.value, str(problem)[:500]
                await emit(session, MailFailed(id=mail.id, user_id=mail.user_id, error=str(problem)[:500]))
            else:
                backoff = Backoff(self._settings.mail_first_pause_seconds, MAX_DELAY, jitter=0)
                mail.next_at = self._clock() + timedelta(seconds=backoff.delay(mail.attempts))
                mail.error = str(problem)[:500]
