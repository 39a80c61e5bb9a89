"""A steady load of mutations through the routers, which records what was acknowledged."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import aiohttp

REGISTER = """mutation ($input: RegisterInput!) { register(input: $input) { accessToken user { id } } }"""
PRODUCT = """mutation ($input: CreateProductInput!) { createProduct(input: $input) { id } }"""
RESERVE = """mutation ($id: ID!) { reserveStock(productId: $id, quantity: 1) { id } }"""
OWE = """mutation ($input: CreateTransactionInput!) { createTransaction(input: $input) { id } }"""
PAY = """mutation ($id: ID!) { payTransaction(id: $id) { id } }"""
CANCEL = """mutation ($id: ID!) { cancelTransaction(id: $id) { id } }"""
TASK = """mutation ($input: CreateTaskInput!) { createTask(input: $input) { id } }"""
BEGIN = """mutation ($id: ID!) { changeTaskStatus(id: $id, status: IN_PROGRESS) { id } }"""

REQUEST_SECONDS = 40.0
PAUSE = 0.05  # seconds after a response: the load is steady, not maximal


@dataclass
class Notes:
    """The acknowledged ids by kind, and the failed requests by error code."""

    acknowledged: dict[str, set[str]] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)

    def acknowledge(self, kind: str, thing: str) -> None:
        """Record an acknowledged mutation."""
        self.acknowledged.setdefault(kind, set()).add(thing)

    @property
    def count(self) -> int:
        """The number of acknowledged mutations."""
        return sum(len(things) for things in self.acknowledged.values())


class Person:
    """A user who sends one mutation after another until stopped."""

    def __init__(self, number: int, urls: list[str], notes: Notes, seed: int) -> None:
        self._number = number
        self._urls = urls
        self._notes = notes
        self._random = random.Random(f"{seed} {number}")
        self._token = ""
        self._user_id = ""

    async def run(self, http: aiohttp.ClientSession, stopping: asyncio.Event) -> None:
        """Register, then send mutations until stopped."""
        while not self._token and not stopping.is_set():
            await self._register(http)
        acts = (self._sell, self._buy, self._plan)
        while not stopping.is_set():
            await self._random.choice(acts)(http)

    async def _register(self, http: aiohttp.ClientSession) -> None:
        name = f"p{self._number}x{self._random.randrange(10**9)}"
        user = {"email": f"{name}@example.com", "username": name, "password": "nine winds over an old bridge"}
        answer = await self._ask(http, REGISTER, input=user)
        if answer is not None:
            self._token, self._user_id = answer["register"]["accessToken"], answer["register"]["user"]["id"]
            self._notes.acknowledge("users", self._user_id)

    async def _sell(self, http: aiohttp.ClientSession) -> None:
        offer = {"name": "Lamp", "price": {"amountMinor": 100}, "stock": 3}
        product = await self._do(http, "products", PRODUCT, input=offer)
        if product is not None:
            await self._do(http, "reservations", RESERVE, id=product)

    async def _buy(self, http: aiohttp.ClientSession) -> None:
        """Create a transaction with an idempotency key, retrying up to twice."""
        order = {"amount": {"amountMinor": self._random.randint(1, 500)}, "description": "a lamp"}
        order["idempotencyKey"] = f"{self._random.randrange(10**12)}"
        for _ in range(3):
            transaction = await self._do(http, "transactions", OWE, input=order)
            if transaction is not None:
                pays = self._random.random() < 0.8
                await self._do(http, "paid" if pays else "cancelled", PAY if pays else CANCEL, id=transaction)
                return

    async def _plan(self, http: aiohttp.ClientSession) -> None:
        task = await self._do(http, "tasks", TASK, input={"title": "Light the lamp"})
        if task is not None:
            await self._do(http, "begun", BEGIN, id=task)

    async def _do(self, http: aiohttp.ClientSession, kind: str, mutation: str, **variables: Any) -> str | None:
        """Send a mutation; records and returns the id in the response, if it was acknowledged."""
        answer = await self._ask(http, mutation, **variables)
        if answer is None:
            return None
        (made,) = answer.values()
        self._notes.acknowledge(kind, made["id"])
        return str(made["id"])

    async def _ask(self, http: aiohttp.ClientSession, query: str, **variables: Any) -> dict[str, Any] | None:
        headers = {"authorization": f"Bearer {self._token}"} if self._token else {}
        body = {"query": query, "variables": variables}
        try:
            async with http.post(self._random.choice(self._urls), json=body, headers=headers) as reply:
                answer = await reply.json()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            self._notes.refused[type(error).__name__] += 1
            await asyncio.sleep(5 * PAUSE)
            return None
        await asyncio.sleep(PAUSE)
        self._notes.refused.update(error["extensions"]["code"] for error in answer.get("errors", ()))
        data: dict[str, Any] | None = answer.get("data")
        return None if answer.get("errors") or not data else data


async def run_load(urls: list[str], people: int, seed: int, notes: Notes, stopping: asyncio.Event) -> None:
    """Run this number of users until `stopping` is set."""
    timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as http, asyncio.TaskGroup() as group:
        for number in range(people):
            group.create_task(Person(number, urls, notes, seed).run(http, stopping))
