"""Every list of the graph, with all that depends on its entries: no entry takes an SQL statement of its own.

The operations are generated from the API schema, so that a new list, or a new field of an entity, is covered, too.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    build_schema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
)

from deploy.project import PROJECT
from hanse.demo import fill_demo
from hanse_subgraph.clock import utc_now
from hanse_subgraph.demo import DemoWeek
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.catalog.demo import offers
from subgraphs.users import demo as users
from tests.e2e.in_process import platform_in_process
from tests.e2e.operations import fields_without_table
from tests.e2e.test_story import LOGIN
from tests.subgraphs.harness import Statements

SCHEMA = build_schema((Path(__file__).parents[2] / "schema" / "published" / "api.graphql").read_text())
DEPTH = 3
FEW, MANY = 2, 100
NESTED = 3  # entries of the lists below
MIN_ENTRIES = 8  # additional entries, so that a statement per entry is detected
SLACK = 2  # additional statements, since the first entries may have no references
PER_BATCH = 25  # entries for each further statement, since large reads are divided (hanse_subgraph.row_batches)

WEEK_AGO = utc_now() - timedelta(days=7)
ARGUMENTS = {  # required arguments, and those that limit the number
    "activitySeries": f'step: HOUR, since: "{WEEK_AGO.isoformat()}"',
    "productsByCategory": 'category: "home", first: {count}',
    "topProducts": "limit: {count}",
    "topUsers": "limit: {count}",
}
WHOLE = {"activitySeries", "categories", "myApiKeys", "myNotificationPreferences", "mySessions", "tasksByStatus"}
MAX_FOR_WHOLE = 3  # statements of each subgraph for a list without pages

KEEP_BUSY = """mutation KeepBusy($product: ID!, $text: String!) {
  reserveStock(productId: $product, quantity: 1) { id }
  createTask(input: { title: $text, dueAt: "2027-01-01T00:00:00Z" }) { id }
  createTransaction(input: { amount: { amountMinor: 100 }, description: $text, productId: $product }) { id }
  payTransactions { total { amountMinor } }
}"""
LOG = 'mutation Log($number: JSON!) { writeLogEntry(name: "test", level: INFO, data: $number) { id } }'
HEARD = "{ auditTrail(first: 1) { totalCount } stats { eventsProcessed } }"


class Market:
    """The whole platform in this process, and the statements that its databases execute."""

    def __init__(self, http: httpx.AsyncClient, subgraphs: dict[str, SubgraphApp]) -> None:
        self._http = http
        self._statements = {name: Statements(app) for name, app in subgraphs.items()}
        self._tokens: dict[str, str] = {}

    async def sign_in(self, login: str) -> None:
        """From now on, `who` may be this demo user."""
        self._tokens[login] = (await self.data(LOGIN, login=login, password=users.PASSWORD))["login"]["accessToken"]

    async def data(self, query: str, who: str | None = None, **variables: Any) -> dict[str, Any]:
        """The data of an answer that must have no errors."""
        headers = {"authorization": f"Bearer {self._tokens[who]}"} if who else {}
        reply = await self._http.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
        answer = reply.json()
        assert "errors" not in answer, (query, answer["errors"])
        data: dict[str, Any] = answer["data"]
        return data

    async def counted(self, query: str, who: str) -> tuple[dict[str, Any], Counter[str]]:
        """The data, and how many statements that took of each subgraph."""
        for statements in self._statements.values():
            statements.seen.clear()
        data = await self.data(query, who)
        taken = {
            name: [one for one in statements.seen if "FROM mails" not in one]  # the sender looks for some all the time
            for name, statements in self._statements.items()
        }
        return data, Counter({name: len(seen) for name, seen in taken.items() if seen})


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Market]:
    """The platform on a folder."""
    async with platform_in_process(folder) as (client, subgraphs):
        yield Market(client, subgraphs)


async def make_a_week(folder: Path) -> str:
    """A demo, and something of every kind for who sells most, whose username it is; heard of by all consumers."""
    week = DemoWeek()
    await fill_demo(PROJECT, folder, week)
    [(user_id, _)] = Counter(offer.seller_id for offer in offers(week)).most_common(1)
    seller = {known: new.username for known, new, _ in users.people(week)}[user_id]
    in_stock = [offer.id for offer in offers(week) if offer.stock >= 12]
    async with running(folder) as market:
        for login in (users.ADMIN_LOGIN, seller):
            await market.sign_in(login)
        await heard(market)
        for number in range(12):
            await market.data(KEEP_BUSY, seller, product=in_stock[number], text=f"thing {number}")
            await market.data(LOG, users.ADMIN_LOGIN, number=number)
        await heard(market)
    return seller


async def heard(market: Market) -> None:
    """Until the consumers have handled what there is: two looks at it are the same."""
    before: Any = None
    while before != (now := await market.data(HEARD, users.ADMIN_LOGIN)):
        before = now
        await asyncio.sleep(3)


def lists() -> Iterator[tuple[str, GraphQLField]]:
    """The fields of Query that answer lists."""
    assert SCHEMA.query_type is not None
    skipped = fields_without_table()
    for name, field in SCHEMA.query_type.fields.items():
        if name not in skipped and (is_list_type(get_nullable_type(field.type)) or is_connection(field.type)):
            yield name, field


def is_connection(kind: GraphQLOutputType) -> bool:
    return get_named_type(kind).name.endswith("Connection")


def question(name: str, field: GraphQLField, count: int) -> str:
    """An operation that asks for so many entries and all that hangs on them."""
    arguments = ARGUMENTS.get(name, "" if name in WHOLE else "first: {count}").replace("{count}", str(count))
    return f"query {{ {name}{f'({arguments})' if arguments else ''} {selection(field.type, DEPTH)} }}"


def selection(kind: GraphQLOutputType, depth: int) -> str:
    """All fields of a type without required arguments, some levels deep."""
    item = get_named_type(kind)
    if not isinstance(item, GraphQLObjectType):
        return ""
    if is_connection(kind):
        return f"{{ totalCount nodes {selection(item.fields['nodes'].type, depth)} }}"
    requests = []
    for name, field in item.fields.items():
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue
        if is_leaf_type(get_named_type(field.type)):
            requests.append(name)
        elif depth > 1:
            requests.append(
                f"{name}{f'(first: {NESTED})' if 'first' in field.args else ''} {selection(field.type, depth - 1)}"
            )
    return f"{{ {' '.join(requests)} }}"


def entries(data: dict[str, Any], name: str) -> list[Any]:
    """The entries of a list that was asked for."""
    found = data[name]
    return list(found["nodes"] if isinstance(found, dict) else found)


@pytest.mark.timeout(600)
async def test_no_entry_of_a_list_takes_a_statement_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSE_MEDIA_SWEEP_SECONDS", "3600")
    seller = await make_a_week(tmp_path)
    for name in ("USERS", "CATALOG", "TASKS", "PAYMENTS", "MEDIA", "AUDIT", "ANALYTICS", "NOTIFICATIONS"):
        monkeypatch.setenv(f"HANSE_{name}_RELAY_EVENTS", "false")  # from here on, only questions are counted
        monkeypatch.setenv(f"HANSE_{name}_CONSUME_EVENTS", "false")
    wrong: list[str] = []
    async with running(tmp_path) as market:
        for login in (users.ADMIN_LOGIN, seller):
            await market.sign_in(login)
        for name, field in lists():
            who = seller if name.startswith("my") else users.ADMIN_LOGIN
            few, some = await market.counted(question(name, field, FEW), who)
            many, all_of_them = await market.counted(question(name, field, MANY), who)
            check_values(many, SCHEMA.query_type)
            more = len(entries(many, name)) - len(entries(few, name))
            print(f"{name}: {more} more, {dict(some)} then {dict(all_of_them)}")
            if name in WHOLE:
                wrong += [f"{name}: {all_of_them}"] if max(all_of_them.values()) > MAX_FOR_WHOLE else []
            elif more < MIN_ENTRIES:
                wrong.append(f"{name}: {more} entries more show nothing")
            elif any(taken > some[subgraph] + SLACK + more // PER_BATCH for subgraph, taken in all_of_them.items()):
                wrong.append(f"{name}: {some} for {FEW}, {all_of_them} for {more} more")
    assert wrong == []


def check_values(data: Any, kind: Any) -> None:
    """Ids are UUIDs of version 7, moments are ISO 8601 in UTC."""
    for name, value in data.items():
        if value is None:
            continue
        field = kind.fields[name]
        item = get_named_type(field.type)
        for one in value if isinstance(value, list) else [value]:
            if item.name == "ID" and (kind.name, name) != ("AuditEntry", "resourceId"):
                assert UUID(one).version == 7, (kind.name, name, one)
            elif item.name == "DateTime":
                assert datetime.fromisoformat(one).utcoffset() == timedelta(0), (kind.name, name, one)
            elif isinstance(item, GraphQLObjectType):
                check_values(one, item)
