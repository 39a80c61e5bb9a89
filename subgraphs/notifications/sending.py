"""Sending the queued mails: tried again with growing pauses, and given up in the end."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.db import Database
from hanse_subgraph.db_errors import client_error, reason
from hanse_subgraph.events.outbox import emit
from hanse_subgraph.mail.protocol import Mail, Mailer, MailError
from hanse_subgraph.timeouts import set_within
from subgraphs.notifications import repository
from subgraphs.notifications.events import MailFailed, MailSent
from subgraphs.notifications.models import MailState, QueuedMail
from subgraphs.notifications.settings import NotificationsSettings

log = logging.getLogger(__name__)

BATCH = 50
IDLE_SECONDS = 1.0
# How long a sender that dies keeps a mail from the others: longer than a living one can take, whose mailer waits for a
# slow server at each of some eight steps.
CLAIM = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=1)


class Sender:
    """Hands queued mails to the mailer. A crash between handing over and noting it sends the same Message-ID again."""

    def __init__(
        self, database: Database, mailer: Mailer, settings: NotificationsSettings, *, clock: Clock = utc_now
    ) -> None:
        self._database = database
        self._mailer = mailer
        self._settings = settings
        self._clock = clock
        self._wanted = asyncio.Event()
        self._stopping = asyncio.Event()

    def wake(self) -> None:
        """Something was queued."""
        self._wanted.set()

    def stop(self) -> None:
        """Let `run` end, with the mail that it is about sent."""
        self._stopping.set()
        self._wanted.set()

    async def run(self) -> None:
        """Send until stopped."""
        while not self._stopping.is_set():
            self._wanted.clear()
            try:
                while await self.send_due() and not self._stopping.is_set():
                    pass
            except Exception as error:
                seen = None if client_error(error) else error
                log.error("mails could not be sent, it is tried again: %s", reason(error), exc_info=seen)
            if not self._stopping.is_set():
                await set_within(self._wanted, IDLE_SECONDS)

    async def send_due(self) -> int:
        """Try the mails whose time has come; how many there were."""
        async with self._database.reading() as session:
            due = await repository.mails_due(session, self._clock(), BATCH)
        for mail in due:
            if self._stopping.is_set():
                break
            await self._try(mail)
        return len(due)

    async def _try(self, queued: QueuedMail) -> None:
        async with self._database.writing() as session:
            if not await repository.claim(session, queued, self._clock() + CLAIM):
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
            if mail is None or mail.state != MailState.QUEUED:
                return
            mail.attempts += 1
            if problem is None:
                mail.state, mail.text, mail.html, mail.error = MailState.SENT.value, "", "", None
                await emit(session, MailSent(id=mail.id, user_id=mail.user_id))
            elif problem.permanent or mail.attempts >= self._settings.mail_attempts:
                log.error("mail %s is given up: %s", mail.id, problem)
                mail.state, mail.error = MailState.FAILED.value, str(problem)[:500]
                await emit(session, MailFailed(id=mail.id, user_id=mail.user_id, error=str(problem)[:500]))
            else:
                pause = timedelta(seconds=self._settings.mail_first_pause_seconds * 2 ** (mail.attempts - 1))
                mail.next_at, mail.error = self._clock() + min(pause, LONGEST_PAUSE), str(problem)[:500]
