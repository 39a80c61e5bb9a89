"""Demo transactions, most of them paid or cancelled later."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.demo import DemoAction, DemoContext, DemoData, DemoWeek, Fact, SetClock
from hanse_subgraph.money import MoneyInput
from subgraphs.payments import repository
from subgraphs.payments.service import Order, Payments
from subgraphs.payments.settings import PaymentsSettings

DEALS = 120  # at scale 1
DEAREST = 60_00  # in minor units, well below the credit limit
REASONS = ("Harbour dues", "Storage", "Insurance", "Pilotage", "Market stall")
Run = Callable[[AsyncSession], Awaitable[object]]


class PaymentsDemo(DemoData):
    """The demo data of the payments subgraph."""

    async def is_empty(self, session: AsyncSession) -> bool:
        """Whether there is no transaction yet."""
        return not await repository.any_transaction(session)

    async def actions(self, context: DemoContext) -> list[DemoAction]:
        """The transactions, most of them paid or cancelled later."""
        return actions(context.settings, context.week, context.clock, context.facts.get("products", ()))


def actions(settings: PaymentsSettings, week: DemoWeek, clock: SetClock, products: Sequence[Fact]) -> list[DemoAction]:
    """Create transactions, and pay or cancel most; some are the demo login's. `products` are in order of time."""
    payments, generator, found = Payments(settings, clock=clock), week.generator("transactions"), []
    cheap = [product for product in products if _is_cheap(product, settings)]
    offered = [product["created_at"] for product in cheap]
    for number, at in enumerate(week.times("transaction", DEALS * week.scale)):
        user_id = week.user_ids[0] if number < DEALS and number % 20 == 0 else week.random_user(generator, at)
        available = bisect_right(offered, at)
        if available and generator.random() < 0.8:
            product = cheap[generator.randrange(available)]
            price = MoneyInput(amount_minor=product["price_minor"], currency=product["currency"])
            order = Order(price, product["name"], product["id"])
        else:
            amount = MoneyInput(amount_minor=generator.randrange(250, 4000, 5), currency=settings.currency)
            order = Order(amount, generator.choice(REASONS))
        key = week.id("transaction", number)
        found.append(DemoAction(at, user_id, _create(payments, user_id, order, key)))
        end = generator.choice((payments.pay, payments.pay, payments.pay, payments.cancel, None))
        if end is not None:
            found.append(DemoAction(week.later(generator, at, timedelta(days=1)), user_id, _end(end, user_id, key)))
    return found


def _is_cheap(product: Fact, settings: PaymentsSettings) -> bool:
    return bool(product["price_minor"] <= DEAREST and product["currency"] == settings.currency)


def _create(payments: Payments, user_id: str, order: Order, key: str) -> Run:
    return lambda session: payments.create(session, user_id, order, transaction_id=key)


def _end(end: Callable[[AsyncSession, str, str], Awaitable[object]], user_id: str, key: str) -> Run:
    return lambda session: end(session, user_id, key)
