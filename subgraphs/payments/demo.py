"""Demo transactions: made through the same verbs as real ones, so that their events flow."""

from __future__ import annotations

import random
from dataclasses import dataclass

from shared.demo import demo_id, demo_user_ids
from shared.money import MoneyInput
from shared.subgraph_app import SubgraphApp
from subgraphs.payments import repository
from subgraphs.payments.service import Order, Payments
from subgraphs.payments.settings import PaymentsSettings

REASONS = ("Harbour dues", "Storage", "Purchase", "Insurance", "Pilotage", "Market stall")


@dataclass(frozen=True, slots=True)
class Deal:
    """A transaction to be made, and what becomes of it."""

    user_id: str
    order: Order
    end: str  # pay, cancel, or nothing


async def fill(app: SubgraphApp, *, seed: int = 1, scale: int = 1) -> int:
    """Make 120 transactions times `scale` where there are none; how many were made. The app must have started."""
    async with app.database.reading() as session:
        if await repository.any_transaction(session):
            return 0
    assert isinstance(app.settings, PaymentsSettings)
    payments, made = Payments(app.settings), deals(seed, scale, app.settings.currency)
    async with app.database.writing() as session:
        for number, deal in enumerate(made):
            key = demo_id(seed, "transaction", number)
            await payments.create(session, deal.user_id, deal.order, transaction_id=key)
            if deal.end == "pay":
                await payments.pay(session, deal.user_id, key)
            elif deal.end == "cancel":
                await payments.cancel(session, deal.user_id, key)
    app.wake_relay()
    return len(made)


def deals(seed: int, scale: int, currency: str) -> list[Deal]:
    """The transactions: small ones, so that nobody comes near the limit."""
    chance, people = random.Random(f"{seed}/transactions"), demo_user_ids(seed, scale)
    made = []
    for number in range(120 * scale):
        user_id = people[0] if number % 20 == 0 else chance.choice(people)
        product = demo_id(seed, "product", chance.randrange(200 * scale)) if chance.random() < 0.6 else None
        reason = "Purchase" if product else chance.choice(REASONS)
        order = Order(MoneyInput(amount_minor=chance.randrange(250, 4000, 5), currency=currency), reason, product)
        made.append(Deal(user_id, order, chance.choice(("pay", "pay", "cancel", ""))))
    return made
