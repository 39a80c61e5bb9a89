"""Notifications: sent once, in the user's language, by their preferences."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
from sqlalchemy import select
from sqlmodel import col

from hanse_subgraph.clock import utc_now
from hanse_subgraph.events.envelope import Event
from hanse_subgraph.ids import new_id
from hanse_subgraph.mail.protocol import Mail, MailError
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.notifications.app import create
from subgraphs.notifications.consumers import handlers
from subgraphs.notifications.models import Kind, Language, QueuedMail
from subgraphs.notifications.plain_text import plain_text
from subgraphs.notifications.rendering import FOLDER, render
from subgraphs.notifications.sending import Sender
from subgraphs.notifications.service import Notifications
from subgraphs.notifications.settings import NotificationsSettings
from tests.subgraphs.harness import Person, Router, an_admin, events_of, eventually, somebody, started

MINE = """
query ($unread: Boolean! = false, $first: Int) {
  myNotifications(unread: $unread, first: $first) { totalCount nodes { id kind title body readAt } }
}
"""
READ = "mutation ($id: ID!) { markNotificationRead(id: $id) { readAt } }"
PREFER = """
mutation ($kind: NotificationKind!, $app: Boolean!, $mail: Boolean!) {
  setNotificationPreference(kind: $kind, inApp: $app, byMail: $mail) { kind inApp byMail fixed }
}
"""
SEND = """
mutation ($to: ID!, $subject: String!, $text: String!) {
  sendMail(userId: $to, subject: $subject, text: $text) { id state }
}
"""


@pytest.fixture
def ann(notifications: SubgraphApp, router: Router) -> Person:
    """A user."""
    return somebody(notifications, router, new_id(), "profile:write")


def registered(person: Person, **changed: Any) -> Event:
    """The event of a user's registering."""
    data = {"email": "ann@hanse.example", "username": "ann", "firstName": "Ann & Co", "emailVerified": True, **changed}
    return Event(type="user.registered", subject=str(person.user_id), source="/users", data=data)


def paid(person: Person, description: str = "Salt") -> Event:
    """The event of a user's paying."""
    data = {"userId": person.user_id, "amountMinor": 1234, "currency": "EUR", "description": description}
    return Event(type="transaction.paid", subject=new_id(), source="/payments", data=data)


def linked(kind: str, person: Person) -> Event:
    """The event of a mailed link."""
    data = {"email": "ann@hanse.example", "token": "t0ken", "expiresAt": "2030-01-01T12:00:00Z"}
    return Event(type=f"user.{kind}_requested", subject=str(person.user_id), source="/users", data=data)


async def tell(app: SubgraphApp, *events: Event) -> None:
    """Append to the log."""
    assert app.events is not None
    await app.events.append(events)


async def titles(person: Person, **arguments: Any) -> list[str]:
    """The titles of a user's notifications, oldest first."""
    return [node["title"] for node in (await person.get(MINE, **arguments))["myNotifications"]["nodes"]][::-1]


def mails(app: SubgraphApp) -> list[EmailMessage]:
    """The mails in the folder, by their subject."""
    files = (app.settings.data_dir / "mail").glob("*.eml")
    messages = [message_from_bytes(path.read_bytes(), policy=default) for path in files]
    return sorted(
        (message for message in messages if isinstance(message, EmailMessage)), key=lambda one: one["Subject"]
    )


async def mailed(app: SubgraphApp, *subjects: str) -> list[EmailMessage]:
    """The mails, when there are these."""

    async def seen() -> list[str]:
        return [message["Subject"] for message in mails(app)]

    await eventually(seen, sorted(subjects))
    return mails(app)


async def test_a_new_user_is_welcomed_once(notifications: SubgraphApp, ann: Person) -> None:
    event = registered(ann)
    await tell(notifications, event)
    (mail,) = await mailed(notifications, "Welcome to Hanse, Ann & Co")
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    assert "Your username is ann." in text.get_content()
    assert "Hello Ann &amp; Co," in page.get_content()
    assert (mail["To"], mail["Message-ID"]) == ("ann@hanse.example", f"<{event.id}@hanse.example>")
    assert notifications.events is not None
    await notifications.events.rewind("notifications")
    await tell(notifications, paid(ann))
    await mailed(notifications, "Welcome to Hanse, Ann & Co", "Receipt: 12.34 EUR")
    assert await titles(ann) == ["Welcome to Hanse, Ann & Co", "Receipt: 12.34 EUR"]
    sent = await events_of(notifications, "mail.sent", count=2)
    assert {mail.data["userId"] for mail in sent} == {ann.user_id}


async def test_what_happened_long_ago_is_told_but_not_mailed(notifications: SubgraphApp, ann: Person) -> None:
    happened_at = utc_now() - timedelta(hours=49)
    await tell(notifications, msgspec.structs.replace(registered(ann), time=happened_at), paid(ann))
    await mailed(notifications, "Receipt: 12.34 EUR")
    query = "{ myNotifications(last: 1) { nodes { kind createdAt } } }"
    (oldest,) = (await ann.get(query))["myNotifications"]["nodes"]
    assert oldest == {"kind": "WELCOME", "createdAt": happened_at.isoformat()}


async def test_links_are_mailed_and_kept_nowhere_else(notifications: SubgraphApp, ann: Person) -> None:
    await tell(notifications, registered(ann), linked("email_verification", ann), linked("password_reset", ann))
    subjects = ("Reset your password", "Verify your email address", "Welcome to Hanse, Ann & Co")
    reset, verify, _ = await mailed(notifications, *subjects)
    for mail, link in ((verify, "verify-email?token=t0ken"), (reset, "reset-password?token=t0ken")):
        text, page = mail.get_body(("plain",)), mail.get_body(("html",))
        assert text is not None
        assert page is not None
        assert f"http://127.0.0.1:4000/{link}" in text.get_content()
        assert f'<a href="http://127.0.0.1:4000/{link}">' in page.get_content()
        assert "2030-01-01 12:00 UTC" in text.get_content()
    assert await titles(ann) == ["Welcome to Hanse, Ann & Co"], "a secret is not shown in the app"

    async def kept() -> str:
        async with notifications.database.reading() as session:
            return "".join(await session.scalars(select(col(QueuedMail.text)))).strip()

    await eventually(kept, "")


async def test_the_old_address_is_told_of_a_new_one(notifications: SubgraphApp, ann: Person) -> None:
    data = {"email": "old@hanse.example"}
    change = Event(type="user.email_change_requested", subject=str(ann.user_id), source="/users", data=data)
    await tell(notifications, registered(ann), change)
    _, mail = await mailed(notifications, "Welcome to Hanse, Ann & Co", "Your email address is about to change")
    assert mail["To"] == "old@hanse.example"


async def test_a_task_is_told_to_whom_it_is_given(notifications: SubgraphApp, ann: Person) -> None:
    owner = new_id()

    def assigned(assignee: str | None, by: str) -> Event:
        data = {"title": "Load", "ownerId": owner, "assigneeId": assignee, "dueAt": None}
        return Event(type="task.assigned", subject=new_id(), source="/tasks", data=data, actor=by)

    to_ann, to_nobody, by_herself = (
        assigned(ann.user_id, owner),
        assigned(None, owner),
        assigned(ann.user_id, str(ann.user_id)),
    )
    await tell(notifications, registered(ann), to_ann, to_nobody, by_herself, paid(ann))
    expected = ["Welcome to Hanse, Ann & Co", "Task assigned to you: Load", "Receipt: 12.34 EUR"]
    await eventually(lambda: titles(ann), expected)


def assigned(assignee: Person, title: str = "Load", by: str | None = None) -> Event:
    """The event of a stranger's giving a task to a user."""
    owner = by or new_id()
    data = {"title": title, "ownerId": owner, "assigneeId": assignee.user_id, "dueAt": None}
    return Event(type="task.assigned", subject=new_id(), source="/tasks", data=data, actor=owner)


def verified(person: Person) -> Event:
    """The event of a user's verifying the address."""
    data = {"email": "ann@hanse.example"}
    return Event(type="user.email_verified", subject=str(person.user_id), source="/users", data=data)


async def handled(app: SubgraphApp) -> None:
    """When all events are handled and all mails are sent."""
    assert app.events is not None
    events = app.events

    async def left() -> int:
        async with app.database.reading() as session:
            queued = list(await session.scalars(select(QueuedMail).where(col(QueuedMail.state) == "queued")))
        return sum((await events.lag("notifications", ("user.registered", "task.assigned"))).values()) + len(queued)

    await eventually(left, 0)


async def test_tasks_are_mailed_to_those_who_asked_for_it(notifications: SubgraphApp, ann: Person) -> None:
    await tell(notifications, registered(ann), assigned(ann, "first"))
    await eventually(lambda: titles(ann), ["Welcome to Hanse, Ann & Co", "Task assigned to you: first"])
    await mailed(notifications, "Welcome to Hanse, Ann & Co")
    by_kind = (await ann.get("{ myNotificationPreferences { kind byMail } }"))["myNotificationPreferences"]
    assert {"kind": "TASK_ASSIGNED", "byMail": False} in by_kind
    await ann.get(PREFER, kind="TASK_ASSIGNED", app=True, mail=True)
    await tell(notifications, assigned(ann, "second"))
    await mailed(notifications, "Welcome to Hanse, Ann & Co", "Task assigned to you: second")


async def test_an_address_that_is_not_verified_receives_one_link(notifications: SubgraphApp, ann: Person) -> None:
    await tell(notifications, registered(ann, emailVerified=False), linked("email_verification", ann))
    await tell(notifications, linked("email_verification", ann), paid(ann))
    await mailed(notifications, "Verify your email address")
    await eventually(lambda: titles(ann), ["Welcome to Hanse, Ann & Co", "Receipt: 12.34 EUR"])
    await tell(notifications, verified(ann), verified(ann))
    await mailed(notifications, "Verify your email address", "Welcome to Hanse, Ann & Co")


async def test_one_address_receives_one_link_whoever_asks(
    notifications: SubgraphApp, ann: Person, router: Router
) -> None:
    others = [somebody(notifications, router, new_id()) for _ in range(5)]
    for other in others:
        await tell(notifications, registered(other, emailVerified=False), linked("email_verification", other))
    await eventually(lambda: titles(others[-1]), ["Welcome to Hanse, Ann & Co"])
    await handled(notifications)
    assert [mail["Subject"] for mail in mails(notifications)] == ["Verify your email address"]


async def test_a_sender_and_a_recipient_have_quotas(tmp_path: Path, router: Router) -> None:
    settings = NotificationsSettings.load(
        data_dir=tmp_path,
        router_jwks_url=router.jwks_url,
        mails_per_sender_per_day=2,
        mails_per_recipient_per_day=3,
    )
    async with started(create(settings)) as app:
        people = [somebody(app, router, new_id(), "profile:write") for _ in range(2)]
        for number, person in enumerate(people):
            await tell(app, registered(person, email=f"p{number}@hanse.example"))
            await eventually(lambda person=person: titles(person), ["Welcome to Hanse, Ann & Co"])  # type: ignore[misc]
            await person.get(PREFER, kind="TASK_ASSIGNED", app=True, mail=True)
        first, second = people
        spammer = new_id()
        await tell(app, *(assigned(first, f"Buy {number}", by=spammer) for number in range(4)))
        await tell(app, *(assigned(second, f"Take {number}") for number in range(5)))
        await handled(app)
        sent = sorted(mail["Subject"] for mail in mails(app) if mail["Subject"].startswith("Task"))
        assert len([subject for subject in sent if "Buy" in subject]) == 2, "of one sender"
        assert len([subject for subject in sent if "Take" in subject]) == 3, "to one recipient"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Ann & Co", "Ann & Co"),
        ("J.R.R. Tolkien", "J.R.R. Tolkien"),
        ("pay 12.34 EUR", "pay 12.34 EUR"),
        ("https://evil.example/x?y=1", "https[:]//evil[.]example/x?y=1"),
        ("see www.evil.example", "see www[.]evil[.]example"),
        ("a@evil.example", "a@evil[.]example"),
        ("evil\u3002example", "evil[.]example"),
        ("mailto:a", "mailto[:]a"),
        ("two\r\nBcc: lines\u2028and\ttabs", "two Bcc: lines and tabs"),
        ("left\u202eright\u200b", "left right"),
        ("x" * 300, "x" * 199 + "…"),
        ("", ""),
    ],
)
def test_what_users_type_is_plain_text(typed: str, shown: str) -> None:
    assert plain_text(typed, 200) == shown


def test_plain_text_is_bounded_work() -> None:
    assert len(plain_text("a.bc" * 1_000_000, 200)) == 200


async def test_what_comes_before_its_user_waits_for_them(notifications: SubgraphApp, ann: Person) -> None:
    for _ in range(3):
        await tell(notifications, paid(ann))
    await asyncio.sleep(0.1)
    assert await titles(ann) == []
    await tell(notifications, registered(ann))
    await eventually(lambda: titles(ann), ["Welcome to Hanse, Ann & Co", *["Receipt: 12.34 EUR"] * 3])
    assert notifications.events is not None
    assert await notifications.events.dead_letters("notifications") == []


async def test_who_registers_and_pays_at_once_is_told_of_both(notifications: SubgraphApp, ann: Person) -> None:
    """Two consumers, each with one of the events: whoever is first, nothing waits for ever."""
    handle = handlers(Notifications(NotificationsSettings.load()))
    people = [somebody(notifications, ann.router, new_id()) for _ in range(20)]

    async def handled(event: Event) -> None:
        async with notifications.database.writing() as session:
            await handle[event.type](session, event)

    await asyncio.gather(*(handled(event) for one in people for event in (paid(one), registered(one))))
    for one in people:
        assert sorted(await titles(one)) == ["Receipt: 12.34 EUR", "Welcome to Hanse, Ann & Co"]


async def test_everybody_reads_their_own(notifications: SubgraphApp, ann: Person, router: Router) -> None:
    await tell(notifications, registered(ann), paid(ann), paid(ann))
    await eventually(lambda: ann.get(MINE, first=0), {"myNotifications": {"totalCount": 3, "nodes": []}})
    newest = (await ann.get(MINE))["myNotifications"]["nodes"][0]["id"]
    bob = somebody(notifications, router, new_id(), "profile:write")
    assert (await bob(READ, id=newest)).codes == ["NOT_FOUND"]
    assert await titles(bob) == []
    assert (await ann.get(READ, id=newest))["markNotificationRead"]["readAt"] is not None
    await ann.get(READ, id=newest)
    assert len(await titles(ann, unread=True)) == 2
    assert await ann.get("mutation { markAllNotificationsRead }") == {"markAllNotificationsRead": 2}
    assert await titles(ann, unread=True) == []
    anonymous = Person(notifications, router)
    assert (await anonymous(MINE)).codes == ["UNAUTHENTICATED"]
    assert (await anonymous(READ, id=newest)).codes == ["UNAUTHENTICATED"]


async def test_preferences_are_kept_to(notifications: SubgraphApp, ann: Person) -> None:
    await tell(notifications, registered(ann))
    await mailed(notifications, "Welcome to Hanse, Ann & Co")
    kept = (await ann.get(PREFER, kind="RECEIPT", app=True, mail=False))["setNotificationPreference"]
    assert kept == {"kind": "RECEIPT", "inApp": True, "byMail": False, "fixed": False}
    await tell(notifications, paid(ann, "one"))
    await eventually(lambda: titles(ann), ["Welcome to Hanse, Ann & Co", "Receipt: 12.34 EUR"])
    await ann.get(PREFER, kind="RECEIPT", app=False, mail=True)
    await tell(notifications, paid(ann, "two"))
    receipt, _ = await mailed(notifications, "Receipt: 12.34 EUR", "Welcome to Hanse, Ann & Co")
    text = receipt.get_body(("plain",))
    assert text is not None
    assert "for: two" in text.get_content()
    assert len(await titles(ann)) == 2
    assert (await ann(PREFER, kind="PASSWORD_RESET", app=True, mail=False)).fields == [("kind", "FIXED")]
    response = (await ann.get("{ myNotificationPreferences { kind inApp byMail fixed } }"))["myNotificationPreferences"]
    by_kind = {item["kind"]: (item["inApp"], item["byMail"], item["fixed"]) for item in response}
    assert by_kind["RECEIPT"] == (False, True, False)
    assert by_kind["WELCOME"] == (True, True, False)
    assert by_kind["VERIFICATION"] == (False, True, True)


async def test_mail_speaks_the_users_language(notifications: SubgraphApp, ann: Person) -> None:
    speak = "mutation { setMailLanguage(language: DE) }"
    assert (await ann(speak)).codes == ["NOT_FOUND"]
    await tell(notifications, registered(ann))
    await mailed(notifications, "Welcome to Hanse, Ann & Co")
    assert await ann.get(speak) == {"setMailLanguage": "DE"}
    await tell(notifications, paid(ann))
    await mailed(notifications, "Quittung: 12.34 EUR", "Welcome to Hanse, Ann & Co")


async def test_admins_send_mail(notifications: SubgraphApp, ann: Person, router: Router) -> None:
    await tell(notifications, registered(ann))
    await mailed(notifications, "Welcome to Hanse, Ann & Co")
    admin = an_admin(notifications, router, new_id(), "mail:send")
    letter = {"to": ann.user_id, "subject": "Storm", "text": "Stay in <harbour>.\n\nWe mean it."}
    assert (await admin.get(SEND, **letter))["sendMail"]["state"] == "QUEUED"
    mail, _ = await mailed(notifications, "Storm", "Welcome to Hanse, Ann & Co")
    page = mail.get_body(("html",))
    assert page is not None
    assert "<p>Stay in &lt;harbour&gt;.</p>" in page.get_content()
    assert "Storm" in await titles(ann)
    assert (await admin(SEND, **{**letter, "to": new_id()})).codes == ["NOT_FOUND"]
    assert (await admin(SEND, **{**letter, "subject": ""})).fields == [("subject", "TOO_SHORT")]
    assert (await ann(SEND, **letter)).codes == ["FORBIDDEN"]


async def test_who_has_left_is_told_nothing(notifications: SubgraphApp, ann: Person) -> None:
    await tell(notifications, registered(ann))
    await mailed(notifications, "Welcome to Hanse, Ann & Co")
    gone = Event(type="user.deleted", subject=str(ann.user_id), source="/users", data={})
    await tell(notifications, gone, paid(ann), linked("password_reset", ann))

    async def handled() -> int:
        assert notifications.events is not None
        kinds = ("user.deleted", "transaction.paid", "user.password_reset_requested")
        return sum((await notifications.events.lag("notifications", kinds)).values())

    await eventually(handled, 0)
    await asyncio.sleep(0.1)
    assert len(mails(notifications)) == 1
    async with notifications.database.reading() as session:
        assert list(await session.scalars(select(col(QueuedMail.recipient)))) == [""]


async def test_notifications_are_seen_live_by_their_user(
    notifications: SubgraphApp, ann: Person, router: Router
) -> None:
    body = orjson.dumps({"query": "subscription { notificationAdded { title } }"})
    bob = somebody(notifications, router, new_id())
    await tell(notifications, registered(ann), registered(bob, email="bob@hanse.example"))
    await eventually(lambda: titles(ann), ["Welcome to Hanse, Ann & Co"])
    async with asyncio.timeout(10), aclosing(notifications.stream(body, ann.headers)) as stream:
        following = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0.2)
        await tell(notifications, paid(bob, "of Bob"), paid(ann))
        first = orjson.loads(await following)
        assert first == {"data": {"notificationAdded": {"title": "Receipt: 12.34 EUR"}}}
    async with aclosing(notifications.stream(body, Person(notifications, router).headers)) as stream:
        refused = orjson.loads(await anext(stream))
    assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


class Unreliable:
    """A mailer that fails as configured."""

    def __init__(self, *failures: MailError) -> None:
        self.failures = list(failures)
        self.taken: list[str] = []

    async def forget(self, mail_id: str) -> None:
        """Nothing is kept."""

    async def send(self, mail: Mail) -> None:
        """Fail, or take it."""
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append(mail.id)


async def queue(app: SubgraphApp) -> str:
    """A queued mail's id, for a sender of our own: its time comes in an hour."""
    later, key = utc_now() + timedelta(hours=1), new_id()
    async with app.database.writing() as session:
        session.add(
            QueuedMail(
                id=key,
                recipient="a@b.example",
                subject="s",
                text="t",
                html="h",
                state="queued",
                next_at=later,
                created_at=later,
            )
        )
    return key


async def state(app: SubgraphApp, key: str) -> tuple[str, int]:
    """State and attempts of a mail."""
    async with app.database.reading() as session:
        mail = await session.get(QueuedMail, key)
        assert mail is not None
        return mail.state, mail.attempts


async def test_mail_is_tried_again_with_growing_pauses(notifications: SubgraphApp, tmp_path: Path) -> None:
    key = await queue(notifications)
    now = utc_now() + timedelta(hours=1, seconds=1)
    mailer = Unreliable(MailError("away"), MailError("away"))
    sender = Sender(notifications.database, mailer, NotificationsSettings.load(data_dir=tmp_path), clock=lambda: now)
    assert await sender.send_due() == 1
    assert (await state(notifications, key), await sender.send_due()) == (("queued", 1), 0)
    now += timedelta(seconds=5)
    assert await sender.send_due() == 1
    now += timedelta(seconds=9)
    assert await sender.send_due() == 0, "the pause has doubled"
    now += timedelta(seconds=1)
    assert await sender.send_due() == 1
    assert (mailer.taken, await state(notifications, key)) == ([key], ("sent", 3))
    assert await sender.send_due() == 0


@pytest.mark.parametrize(("attempts", "permanent", "tries"), [(3, False, 3), (8, True, 1)])
async def test_mail_is_given_up_in_the_end(
    notifications: SubgraphApp, tmp_path: Path, attempts: int, permanent: bool, tries: int
) -> None:
    key = await queue(notifications)
    now = utc_now()
    mailer = Unreliable(*(MailError("no", permanent=permanent) for _ in range(20)))
    settings = NotificationsSettings.load(data_dir=tmp_path, mail_attempts=attempts)
    sender = Sender(notifications.database, mailer, settings, clock=lambda: now)
    for _ in range(12):
        now += timedelta(hours=2)
        await sender.send_due()
    assert (await state(notifications, key), mailer.taken) == (("failed", tries), [])
    notifications.wake_relay()
    (event,) = await events_of(notifications, "mail.failed", count=1)
    assert (event.subject, event.data["error"]) == (key, "no")


async def test_several_senders_send_each_mail_once(notifications: SubgraphApp, tmp_path: Path) -> None:
    keys = {await queue(notifications) for _ in range(10)}
    now = utc_now() + timedelta(hours=2)
    mailer = Unreliable()
    settings = NotificationsSettings.load(data_dir=tmp_path)
    senders = [Sender(notifications.database, mailer, settings, clock=lambda: now) for _ in range(4)]
    await asyncio.gather(*(sender.send_due() for sender in senders))
    assert (len(mailer.taken), set(mailer.taken)) == (10, keys)


def test_every_kind_has_a_template_in_every_language() -> None:
    values = dict.fromkeys(
        (
            "name",
            "username",
            "link",
            "until",
            "amount",
            "description",
            "transaction",
            "title",
            "due",
            "subject",
            "text",
        ),
        "<x> $y\nz",
    )
    for language in Language:
        assert {path.stem for path in (FOLDER / language.value).iterdir()} == {kind.value for kind in Kind}
        for kind in Kind:
            made = render(kind, language, values)
            assert made.subject
            assert "\n" not in made.subject
            assert "<x>" not in made.html
