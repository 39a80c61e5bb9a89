"""What must hold afterwards. Each check answers what is wrong, in sentences; nothing where all is well."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from deploy.chaos.books import Books
from deploy.chaos.load import Notes
from subgraphs.analytics.service import Statistics, statistics
from subgraphs.audit.service import verify as verify_trail
from subgraphs.payments.service import Payments
from subgraphs.payments.settings import PaymentsSettings

Check = Callable[[Books, Notes], Awaitable[list[str]]]

# Where what was acknowledged must be, by the kind under which it was noted.
KEPT = {
    "users": ("users", "SELECT id FROM users"),
    "products": ("catalog", "SELECT id FROM products"),
    "reservations": ("catalog", "SELECT id FROM reservations"),
    "transactions": ("payments", "SELECT id FROM transactions"),
    "paid": ("payments", "SELECT id FROM transactions WHERE status = 'paid'"),
    "cancelled": ("payments", "SELECT id FROM transactions WHERE status = 'cancelled'"),
    "tasks": ("tasks", "SELECT id FROM tasks"),
    "begun": ("tasks", "SELECT id FROM tasks WHERE status = 'in_progress'"),
}


async def acknowledged_is_kept(books: Books, notes: Notes) -> list[str]:
    """Every acknowledged mutation is in its database."""
    wrong = []
    for kind, things in notes.acknowledged.items():
        lost = things - await books.ids(*KEPT[kind])
        if lost:
            wrong.append(f"{len(lost)} of {len(things)} acknowledged {kind} are not in the database: {min(lost)} ...")
    return wrong


async def changes_told_once(books: Books, notes: Notes) -> list[str]:
    """Every acknowledged thing was told of, once."""
    told: dict[tuple[str, str], int] = {}
    for event in await books.outbox():
        key = (event.type, event.subject)
        told[key] = told.get(key, 0) + 1
    kinds = {
        "users": "user.registered",
        "products": "product.created",
        "transactions": "transaction.created",
        "paid": "transaction.paid",
        "cancelled": "transaction.cancelled",
        "tasks": "task.created",
    }
    return [
        f"{kind[:-1] if kind.endswith('s') else kind} {thing} was told {told.get((event_type, thing), 0)} times"
        for kind, event_type in kinds.items()
        for thing in sorted(notes.acknowledged.get(kind, ()))
        if told.get((event_type, thing), 0) != 1
    ][:10]


async def nothing_is_on_its_way(books: Books, notes: Notes) -> list[str]:
    """Nothing waits for a relay, a consumer or its mail any more."""
    return [f"{number} wait for {waited_for}" for waited_for, number in (await books.on_their_way()).items()]


async def log_holds_the_outbox(books: Books, notes: Notes) -> list[str]:
    """By their ids, the events of the log are those of the outboxes."""
    told, logged = {event.id for event in await books.outbox()}, await books.logged()
    wrong = []
    if missing := told - logged.keys():
        wrong.append(f"{len(missing)} events of {len(told)} never came into the log: {min(missing)} ...")
    if strange := logged.keys() - told:
        wrong.append(f"{len(strange)} events of the log are in no outbox: {min(strange)} ...")
    return wrong


async def consumers_saw_each_once(books: Books, notes: Notes) -> list[str]:
    """Who hears of everything has had the effect of each event once: inbox, counters and audit entries agree."""
    told = {event.id for event in await books.outbox()}
    wrong = []
    for consumer in ("analytics", "audit"):
        handled = await books.ids(consumer, f"SELECT event_id FROM inbox WHERE consumer = '{consumer}'")
        if handled != told:
            some = min(handled ^ told)
            wrong.append(f"{consumer} handled {len(handled)} events, not the {len(told)} told: see {some} ...")
    entries = await books.number("audit", "SELECT count(*) FROM audit_entries")
    different = await books.number("audit", "SELECT count(DISTINCT event_id) FROM audit_entries")
    if not entries == different == len(told):
        wrong.append(f"the audit trail has {entries} entries on {different} events, not {len(told)}")
    if dead := await books.dead():
        first = dead[0]
        wrong.append(f"{len(dead)} events became dead letters: {first.consumer} on {first.event.id}: {first.error} ...")
    return wrong


async def statistics_are_a_recount(books: Books, notes: Notes) -> list[str]:
    """What analytics counted from events is what the databases hold."""
    async with books.reading("analytics") as session:
        counted: Statistics = await statistics(session)
    events = await books.outbox()
    recount: dict[str, Any] = {
        "events_processed": len(events),
        "unique_users": len({event.actor for event in events if event.actor is not None}),
        "users": await books.number("users", "SELECT count(*) FROM users"),
        "products": await books.number("catalog", "SELECT count(*) FROM products WHERE deleted_at IS NULL"),
        "total_transactions": await books.number("payments", f"SELECT count(*) {_LIVING}"),
        "total_amount_minor": await books.number("payments", f"SELECT sum(amount_minor) {_LIVING}"),
        "total_paid_transactions": await books.number("payments", f"SELECT count(*) {_PAID}"),
        "total_paid_amount_minor": await books.number("payments", f"SELECT sum(amount_minor) {_PAID}"),
        "tasks": {
            status: await books.number("tasks", f"SELECT count(*) FROM tasks WHERE status = '{status}'")
            for status in counted.tasks
        },
    }
    wrong = [
        f"analytics says {name} = {getattr(counted, name)}, a recount {value}"
        for name, value in recount.items()
        if getattr(counted, name) != value
    ]
    in_buckets = await books.number("analytics", "SELECT sum(events) FROM buckets")
    if in_buckets != len(events):
        wrong.append(f"analytics has {in_buckets} events in its minutes, not {len(events)}")
    return wrong


_LIVING = "FROM transactions WHERE status <> 'cancelled'"
_PAID = "FROM transactions WHERE status = 'paid'"


async def ledger_balances(books: Books, notes: Notes) -> list[str]:
    """Every entry of the ledger adds up, and the balances are those that it says."""
    async with books.reading("payments") as session:
        report = await Payments(PaymentsSettings.load()).verify(session)
    return [] if report.holds else [f"the ledger does not hold: {report}"]


async def stock_is_what_is_left(books: Books, notes: Notes) -> list[str]:
    """Of the three pieces of each product, those reserved are gone, and no others."""
    taken = "SELECT coalesce(sum(quantity), 0) FROM reservations r WHERE r.product_id = p.id"
    wrong = await books.number("catalog", f"SELECT count(*) FROM products p WHERE stock + ({taken}) <> 3")
    return [f"{wrong} products have another stock than what was not reserved"] if wrong else []


async def audit_chain_verifies(books: Books, notes: Notes) -> list[str]:
    """No entry of the audit trail was changed, removed or put in."""
    async with books.reading("audit") as session:
        verdict = await verify_trail(session)
    return [] if verdict.problem is None else [f"the audit chain: {verdict.problem}"]


CHECKS: tuple[Check, ...] = (
    acknowledged_is_kept,
    changes_told_once,
    nothing_is_on_its_way,
    log_holds_the_outbox,
    consumers_saw_each_once,
    statistics_are_a_recount,
    ledger_balances,
    stock_is_what_is_left,
    audit_chain_verifies,
)
