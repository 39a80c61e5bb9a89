"""Demo transactions: made, and mostly paid or called off some time later."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.demo import Act, DemoContext, DemoData, Fact, SetClock, Week
from hanse_subgraph.money import MoneyInput
from subgraphs.payments import repository
from subgraphs.payments.service import Order, Payments
from subgraphs.payments.settings import PaymentsSettings

DEALS = 120  # at scale 1
DEAREST = 60_00  # in minor units: nobody comes near the limit
REASONS = ("Harbour dues", "Storage", "Insurance", "Pilotage", "Market stall")
Do = Callable[[AsyncSession], Awaitable[object]]


class PaymentsDemo(DemoData):
    """The demo data of the payments subgraph."""

    async def is_empty(self, session: AsyncSession) -> bool:
        """Whether there is no transaction yet."""
        return not await repository.any_transaction(session)

    async def acts(self, context: DemoContext) -> list[Act]:
        """The transactions, and what becomes of them."""
        return acts(context.settings, context.week, context.clock, context.facts.get("products", ()))


def acts(settings: PaymentsSettings, week: Week, clock: SetClock, products: Sequence[Fact]) -> list[Act]:
    """The transactions, and what becomes of them; some are the demo login's. `products` are in order of time."""
    payments, chance, found = Payments(settings, clock=clock), week.chance("transactions"), []
    cheap = [product for product in products if _is_cheap(product, settings)]
    offered = [product["created_at"] for product in cheap]
    for number, at in enumerate(week.moments("transaction", DEALS * week.scale)):
        user_id = week.user_ids[0] if number < DEALS and number % 20 == 0 else week.somebody(chance, at)
        there = bisect_right(offered, at)
        if there and chance.random() < 0.8:
            product = cheap[chance.randrange(there)]
            price = MoneyInput(amount_minor=product["price_minor"], currency=product["currency"])
            order = Order(price, product["name"], product["id"])
        else:
            amount = MoneyInput(amount_minor=chance.randrange(250, 4000, 5), currency=settings.currency)
            order = Order(amount, chance.choice(REASONS))
        key = week.id("transaction", number)
        found.append(Act(at, user_id, _owes(payments, user_id, order, key)))
        end = chance.choice((payments.pay, payments.pay, payments.pay, payments.cancel, None))
        if end is not None:
            found.append(Act(week.later(chance, at, timedelta(days=1)), user_id, _ends(end, user_id, key)))
    return found


def _is_cheap(product: Fact, settings: PaymentsSettings) -> bool:
    return bool(product["price_minor"] <= DEAREST and product["currency"] == settings.currency)


def _owes(payments: Payments, user_id: str, order: Order, key: str) -> Do:
    return lambda session: payments.create(session, user_id, order, transaction_id=key)


def _ends(end: Callable[[AsyncSession, str, str], Awaitable[object]], user_id: str, key: str) -> Do:
    return lambda session: end(session, user_id, key)
