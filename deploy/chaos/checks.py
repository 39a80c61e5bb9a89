"""The checks after a run. Each returns a list of problems, empty if the check passes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from deploy.chaos.final_state import FinalState
from deploy.chaos.load import Notes
from subgraphs.analytics.service import Statistics, statistics
from subgraphs.payments.service import Payments
from subgraphs.payments.settings import PaymentsSettings

Check = Callable[[FinalState, Notes], Awaitable[list[str]]]

# The subgraph and statement that select the acknowledged ids of each kind.
STORED = {
    "users": ("users", "SELECT id FROM users"),
    "products": ("catalog", "SELECT id FROM products"),
    "reservations": ("catalog", "SELECT id FROM reservations"),
    "transactions": ("payments", "SELECT id FROM transactions"),
    "paid": ("payments", "SELECT id FROM transactions WHERE status = 'paid'"),
    "cancelled": ("payments", "SELECT id FROM transactions WHERE status = 'cancelled'"),
    "tasks": ("tasks", "SELECT id FROM tasks"),
    "begun": ("tasks", "SELECT id FROM tasks WHERE status = 'in_progress'"),
}


async def acknowledged_is_stored(state: FinalState, notes: Notes) -> list[str]:
    """Every acknowledged mutation is in its database."""
    problems = []
    for kind, things in notes.acknowledged.items():
        lost = things - await state.ids(*STORED[kind])
        if lost:
            problems.append(
                f"{len(lost)} of {len(things)} acknowledged {kind} are not in the database: {min(lost)} ..."
            )
    return problems


async def changes_emitted_once(state: FinalState, notes: Notes) -> list[str]:
    """Every acknowledged mutation emitted one event."""
    emitted: dict[tuple[str, str], int] = {}
    for event in await state.outbox():
        key = (event.type, event.subject)
        emitted[key] = emitted.get(key, 0) + 1
    kinds = {
        "users": "user.registered",
        "products": "product.created",
        "transactions": "transaction.created",
        "paid": "transaction.paid",
        "cancelled": "transaction.cancelled",
        "tasks": "task.created",
    }
    return [
        f"{kind[:-1] if kind.endswith('s') else kind} {thing} was emitted {emitted.get((event_type, thing), 0)} times"
        for kind, event_type in kinds.items()
        for thing in sorted(notes.acknowledged.get(kind, ()))
        if emitted.get((event_type, thing), 0) != 1
    ][:10]


async def nothing_is_pending(state: FinalState, notes: Notes) -> list[str]:
    """No event or mail is pending."""
    return [f"{number} pending at {step}" for step, number in (await state.pending_events()).items()]


async def log_holds_the_outbox(state: FinalState, notes: Notes) -> list[str]:
    """The event log contains exactly the events of the outboxes."""
    emitted, logged = {event.id for event in await state.outbox()}, await state.logged()
    problems = []
    if missing := emitted - logged.keys():
        problems.append(f"{len(missing)} events of {len(emitted)} are missing from the log: {min(missing)} ...")
    if unknown := logged.keys() - emitted:
        problems.append(f"{len(unknown)} events of the log are in no outbox: {min(unknown)} ...")
    return problems


async def consumers_saw_each_once(state: FinalState, notes: Notes) -> list[str]:
    """Consumers processed each event once: inbox, counters and audit entries agree."""
    emitted = {event.id for event in await state.outbox()}
    problems = []
    for consumer in ("analytics", "audit"):
        handled = await state.ids(consumer, f"SELECT event_id FROM inbox WHERE consumer = '{consumer}'")
        if handled != emitted:
            some = min(handled ^ emitted)
            problems.append(f"{consumer} handled {len(handled)} events, not the {len(emitted)} emitted: see {some} ...")
    entries = await state.number("audit", "SELECT count(*) FROM audit_entries")
    different = await state.number("audit", "SELECT count(DISTINCT event_id) FROM audit_entries")
    if not entries == different == len(emitted):
        problems.append(f"the audit trail has {entries} entries on {different} events, not {len(emitted)}")
    if dead := await state.dead():
        first = dead[0]
        problems.append(
            f"{len(dead)} events became dead letters: {first.consumer} on {first.event.id}: {first.error} ..."
        )
    return problems


async def statistics_are_a_recount(state: FinalState, notes: Notes) -> list[str]:
    """The statistics equal a recount of the databases."""
    async with state.reading("analytics") as session:
        counted: Statistics = await statistics(session)
    events = await state.outbox()
    recount: dict[str, Any] = {
        "events_processed": len(events),
        "unique_users": len({event.actor for event in events if event.actor is not None}),
        "users": await state.number("users", "SELECT count(*) FROM users"),
        "products": await state.number("catalog", "SELECT count(*) FROM products WHERE deleted_at IS NULL"),
        "total_transactions": await state.number("payments", f"SELECT count(*) {_LIVING}"),
        "total_amount_minor": await state.number("payments", f"SELECT sum(amount_minor) {_LIVING}"),
        "total_paid_transactions": await state.number("payments", f"SELECT count(*) {_PAID}"),
        "total_paid_amount_minor": await state.number("payments", f"SELECT sum(amount_minor) {_PAID}"),
        "tasks": {
            status: await state.number("tasks", f"SELECT count(*) FROM tasks WHERE status = '{status}'")
            for status in counted.tasks
        },
    }
    problems = [
        f"analytics says {name} = {getattr(counted, name)}, a recount {value}"
        for name, value in recount.items()
        if getattr(counted, name) != value
    ]
    in_buckets = await state.number("analytics", "SELECT sum(events) FROM buckets")
    if in_buckets != len(events):
        problems.append(f"analytics has {in_buckets} events in its minutes, not {len(events)}")
    return problems


_LIVING = "FROM transactions WHERE status <> 'cancelled'"
_PAID = "FROM transactions WHERE status = 'paid'"


async def ledger_balances(state: FinalState, notes: Notes) -> list[str]:
    """The ledger is consistent, and equals the account balances."""
    async with state.reading("payments") as session:
        report = await Payments(PaymentsSettings.load()).verify(session)
    return [] if report.holds else [f"the ledger is inconsistent: {report}"]


async def stock_is_what_is_left(state: FinalState, notes: Notes) -> list[str]:
    """The stock of each product is its initial 3 units minus the reserved ones."""
    taken = "SELECT coalesce(sum(quantity), 0) FROM reservations r WHERE r.product_id = p.id"
    wrong = await state.number("catalog", f"SELECT count(*) FROM products p WHERE stock + ({taken}) <> 3")
    return [f"{wrong} products have a wrong stock"] if wrong else []


async def audit_chain_verifies(state: FinalState, notes: Notes) -> list[str]:
    """No entry of the audit trail was changed, removed or inserted."""
    verdict = await state.audit_verdict()
    return [] if verdict.problem is None else [f"the audit chain: {verdict.problem}"]


CHECKS: tuple[Check, ...] = (
    acknowledged_is_stored,
    changes_emitted_once,
    nothing_is_pending,
    log_holds_the_outbox,
    consumers_saw_each_once,
    statistics_are_a_recount,
    ledger_balances,
    stock_is_what_is_left,
    audit_chain_verifies,
)
