"""Payments: a limit that holds, keys that stand for one transaction, and a ledger that balances."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlmodel import col

from hanse_subgraph.ids import new_id
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.payments.models import Balance, Posting
from tests.subgraphs.harness import Person, Router, Statements, an_admin, events_of, somebody

CREATE = """
mutation ($input: CreateTransactionInput!) {
  createTransaction(input: $input) {
    id description status endedAt amount { amountMinor currency formatted } user { id } product { id }
  }
}
"""
PAY = "mutation ($id: ID!) { payTransaction(id: $id) { id status endedAt } }"
PAY_ALL = "mutation { payTransactions { total { amountMinor } transactions { id status } } }"
CANCEL = "mutation ($id: ID!) { cancelTransaction(id: $id) { id status } }"
READ = "query ($id: ID!) { transaction(id: $id) { description } }"
BALANCE = "{ myBalance { owed { amountMinor } available { amountMinor } limit { formatted } paid { amountMinor } } }"
LEDGER = "{ verifyLedger { holds unbalancedEntries wrongBalances accounts { account total { amountMinor } } } }"
MINE = """
query ($status: TransactionStatus, $first: Int, $after: String) {
  myTransactions(status: $status, first: $first, after: $after) {
    totalCount nodes { id description } pageInfo { hasNextPage endCursor }
  }
}
"""


@pytest.fixture
def me(payments: SubgraphApp, router: Router) -> Person:
    """Who owes."""
    return somebody(payments, router, new_id(), "payments:write")


@pytest.fixture
def admin(payments: SubgraphApp, router: Router) -> Person:
    """Who looks after the ledger."""
    return an_admin(payments, router, new_id(), "payments:write", "payments:read", "audit:read")


def order(minor: int, **given: Any) -> dict[str, Any]:
    """What is to be owed."""
    return {"amount": {"amountMinor": minor}, "description": "Salt", **given}


async def create(person: Person, minor: int, **given: Any) -> str:
    """A new transaction's id."""
    return str((await person.get(CREATE, input=order(minor, **given)))["createTransaction"]["id"])


async def balance(person: Person) -> tuple[int, int, int]:
    """What is owed, what may be, what has been paid."""
    found = (await person.get(BALANCE))["myBalance"]
    return tuple(found[name]["amountMinor"] for name in ("owed", "available", "paid"))


async def ledger(admin: Person) -> dict[str, int]:
    """The total of each account, after verifying the ledger."""
    found = (await admin.get(LEDGER))["verifyLedger"]
    assert (found["holds"], found["unbalancedEntries"], found["wrongBalances"]) == (True, 0, 0)
    totals = {item["account"]: item["total"]["amountMinor"] for item in found["accounts"]}
    assert sum(totals.values()) == 0
    return totals


async def test_owing_paying_and_calling_off(me: Person, admin: Person, payments: SubgraphApp) -> None:
    product = new_id()
    first = (await me.get(CREATE, input=order(1234, productId=product)))["createTransaction"]
    assert first | {"id": ""} == {
        "id": "",
        "description": "Salt",
        "status": "PENDING",
        "endedAt": None,
        "amount": {"amountMinor": 1234, "currency": "EUR", "formatted": "12.34 EUR"},
        "user": {"id": me.user_id},
        "product": {"id": product},
    }
    second = await create(me, 1000)
    assert await balance(me) == (2234, 97_766, 0)
    assert await ledger(admin) == {"RECEIVABLE": 2234, "REVENUE": -2234, "CASH": 0}
    paid = (await me.get(PAY, id=first["id"]))["payTransaction"]
    assert (paid["status"], paid["endedAt"] is None) == ("PAID", False)
    assert await ledger(admin) == {"RECEIVABLE": 1000, "REVENUE": -2234, "CASH": 1234}
    assert (await me.get(CANCEL, id=second))["cancelTransaction"]["status"] == "CANCELLED"
    assert await ledger(admin) == {"RECEIVABLE": 0, "REVENUE": -1234, "CASH": 1234}
    assert await balance(me) == (0, 100_000, 1234)
    kinds = ("transaction.created", "transaction.paid", "transaction.cancelled")
    events = await events_of(payments, *kinds, count=4)
    assert [event.type for event in events] == [kinds[0], kinds[0], kinds[1], kinds[2]]
    assert events[0].data["amountMinor"] == 1234


async def test_everything_is_paid_at_once(me: Person, admin: Person) -> None:
    ids = [await create(me, minor) for minor in (1, 2, 3)]
    await me.get(CANCEL, id=ids[1])
    paid = (await me.get(PAY_ALL))["payTransactions"]
    assert [item["id"] for item in paid["transactions"]] == [ids[0], ids[2]]
    assert paid["total"] == {"amountMinor": 4}
    assert (await me.get(PAY_ALL))["payTransactions"] == {"total": {"amountMinor": 0}, "transactions": []}
    assert await balance(me) == (0, 100_000, 4)
    await ledger(admin)


@pytest.mark.parametrize("verb", [PAY, CANCEL])
async def test_what_has_ended_does_not_end_again(me: Person, verb: str) -> None:
    for end in (PAY, CANCEL):
        transaction_id = await create(me, 5)
        await me.get(end, id=transaction_id)
        answer = await me(verb, id=transaction_id)
        assert (answer.codes, answer.fields) == (["CONFLICT"], [("id", "NOT_PENDING")])


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"amount": {"amountMinor": 0}}, ("amount.amountMinor", "TOO_SMALL")),
        ({"amount": {"amountMinor": -5}}, ("amount.amountMinor", "TOO_SMALL")),
        ({"amount": {"amountMinor": 5, "currency": "USD"}}, ("amount.currency", "WRONG_CURRENCY")),
        ({"amount": {"amountMinor": 5, "currency": "ABC"}}, ("amount.currency", "UNKNOWN_CURRENCY")),
        ({"description": " "}, ("description", "TOO_SHORT")),
        ({"productId": "7"}, ("productId", "INVALID")),
        ({"idempotencyKey": ""}, ("idempotencyKey", "TOO_SHORT")),
    ],
)
async def test_what_is_wrong_is_named(me: Person, given: dict[str, Any], wrong: tuple[str, str]) -> None:
    answer = await me(CREATE, input={**order(5), **given})
    assert (answer.codes, answer.fields) == (["BAD_USER_INPUT"], [wrong])


async def test_nobody_owes_more_than_the_limit(me: Person) -> None:
    assert (await me(CREATE, input=order(100_001))).fields == [("amount", "LIMIT_REACHED")]
    transaction_id = await create(me, 100_000)
    refused = await me(CREATE, input=order(1))
    assert (refused.codes, refused.fields) == (["CONFLICT"], [("amount", "LIMIT_REACHED")])
    assert "1000.00 EUR" in refused.errors[0]["message"]
    await me.get(PAY, id=transaction_id)
    await create(me, 100_000)


async def test_a_hundred_who_race_for_the_limit_never_pass_it(me: Person, admin: Person) -> None:
    answers = await asyncio.gather(*(me(CREATE, input=order(9_999)) for _ in range(100)))
    assert sum(not answer.errors for answer in answers) == 10
    assert {field for answer in answers if answer.errors for field in answer.fields} == {("amount", "LIMIT_REACHED")}
    assert await balance(me) == (99_990, 10, 0)
    assert (await ledger(admin))["RECEIVABLE"] == 99_990


async def test_of_many_who_end_one_transaction_one_does(me: Person, admin: Person) -> None:
    transaction_id = await create(me, 500)
    verbs = [PAY, CANCEL, PAY_ALL] * 5
    answers = await asyncio.gather(*(me(verb, **({} if verb == PAY_ALL else {"id": transaction_id})) for verb in verbs))
    ended = [answer for answer in answers if not answer.errors and answer.data.get("payTransactions") is None]
    swept = [
        answer for answer in answers if answer.data and (answer.data.get("payTransactions") or {}).get("transactions")
    ]
    assert len(ended) + len(swept) == 1
    await ledger(admin)


async def test_a_key_stands_for_one_transaction(me: Person, payments: SubgraphApp, router: Router) -> None:
    first = await create(me, 700, idempotencyKey="k")
    assert await create(me, 700, idempotencyKey="k") == first
    answers = await asyncio.gather(*(me(CREATE, input=order(7, idempotencyKey="race")) for _ in range(20)))
    assert len({answer.data["createTransaction"]["id"] for answer in answers}) == 1
    assert await balance(me) == (707, 99_293, 0)
    for other in (order(701), order(700, description="Rye"), order(700, productId=new_id())):
        answer = await me(CREATE, input={**other, "idempotencyKey": "k"})
        assert (answer.codes, answer.fields) == (["CONFLICT"], [("idempotencyKey", "REUSED")])
    stranger = somebody(payments, router, new_id(), "payments:write")
    assert await create(stranger, 700, idempotencyKey="k") != first, "each user's keys are their own"


async def test_who_sees_and_does_what(me: Person, admin: Person, payments: SubgraphApp, router: Router) -> None:
    transaction_id = await create(me, 5)
    stranger = somebody(payments, router, new_id(), "payments:write")
    anonymous = Person(payments, router)
    assert await stranger.get(READ, id=transaction_id) == {"transaction": None}
    for person in (me, admin):
        assert await person.get(READ, id=transaction_id) == {"transaction": {"description": "Salt"}}
    for verb in (PAY, CANCEL):
        assert (await stranger(verb, id=transaction_id)).codes == ["NOT_FOUND"]
        assert (await admin(verb, id=transaction_id)).codes == ["NOT_FOUND"], "nobody pays for another"
        assert (await anonymous(verb, id=transaction_id)).codes == ["UNAUTHENTICATED"]
        assert (await me(verb, id="no uuid")).codes == ["NOT_FOUND"]
    for query in (BALANCE, MINE, LEDGER):
        assert (await anonymous(query)).codes == ["UNAUTHENTICATED"]
    assert (await stranger(LEDGER)).codes == ["FORBIDDEN"]
    assert (await somebody(payments, router, new_id())(CREATE, input=order(1))).codes == ["FORBIDDEN"]
    assert (await stranger.get(MINE))["myTransactions"]["totalCount"] == 0


async def test_transactions_are_listed(me: Person) -> None:
    ids = [await create(me, 5, description=f"T{number}") for number in range(5)]
    await me.get(PAY, id=ids[2])
    seen: list[str] = []
    after = None
    for _ in range(3):
        page = (await me.get(MINE, first=2, after=after))["myTransactions"]
        seen += [node["description"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert (seen, page["totalCount"]) == (["T4", "T3", "T2", "T1", "T0"], 5)
    paid = (await me.get(MINE, status="PAID"))["myTransactions"]
    assert (paid["totalCount"], [node["description"] for node in paid["nodes"]]) == (1, ["T2"])


async def test_a_hundred_references_take_one_statement(me: Person, payments: SubgraphApp) -> None:
    known = await create(me, 5)
    statements = Statements(payments)
    wanted = [{"__typename": "Transaction", "id": key} for key in [known, *(new_id() for _ in range(99))]]
    query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Transaction { description } } }"
    assert (await me.get(query, r=wanted))["_entities"] == [{"description": "Salt"}, *[None] * 99]
    assert len(statements.seen) == 1


async def test_tampering_is_found(me: Person, admin: Person, payments: SubgraphApp) -> None:
    await create(me, 500)
    async with payments.database.writing() as session:
        await session.execute(update(Posting).where(col(Posting.account) == "receivable").values(amount_minor=400))
    found = (await admin.get(LEDGER))["verifyLedger"]
    assert (found["holds"], found["unbalancedEntries"], found["wrongBalances"]) == (False, 1, 1)
    async with payments.database.writing() as session:
        await session.execute(update(Posting).where(col(Posting.account) == "receivable").values(amount_minor=500))
        await session.execute(update(Balance).values(owed_minor=1))
    found = (await admin.get(LEDGER))["verifyLedger"]
    assert (found["holds"], found["unbalancedEntries"], found["wrongBalances"]) == (False, 0, 1)


STEPS = st.lists(
    st.tuples(st.just("create"), st.integers(1, 60_000))
    | st.tuples(st.sampled_from(["pay", "cancel"]), st.integers(0, 8))
    | st.tuples(st.just("pay all"), st.just(0)),
    max_size=15,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_whatever_happens_the_ledger_balances(
    payments: SubgraphApp, router: Router, admin: Person, steps: list[tuple[str, int]]
) -> None:
    me = somebody(payments, router, new_id(), "payments:write")
    pending: dict[str, int] = {}
    made: list[str] = []
    paid = 0
    for verb, number in steps:
        if verb == "create":
            answer = await me(CREATE, input=order(number))
            assert bool(answer.errors) == (sum(pending.values()) + number > 100_000)
            if not answer.errors:
                made.append(answer.data["createTransaction"]["id"])
                pending[made[-1]] = number
        elif verb == "pay all":
            await me.get(PAY_ALL)
            paid, pending = paid + sum(pending.values()), {}
        elif made:
            chosen = made[number % len(made)]
            answer = await me(PAY if verb == "pay" else CANCEL, id=chosen)
            assert bool(answer.errors) == (chosen not in pending)
            amount = pending.pop(chosen, 0)
            paid += amount if verb == "pay" else 0
        assert await balance(me) == (sum(pending.values()), 100_000 - sum(pending.values()), paid)
    await ledger(admin)
