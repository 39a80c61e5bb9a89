"""Demo data: the same for the same seed, made once, through the verbs, with a login that works."""

from __future__ import annotations

from typing import Any

from shared.subgraph_app import SubgraphApp
from subgraphs.catalog import demo as catalog_demo
from subgraphs.users import demo as users_demo
from tests.subgraphs.harness import Person, Router, events_of

PRODUCTS = "{ products(first: 100) { totalCount nodes { id name price { amountMinor } seller { id } } } }"
LOGIN = (
    "mutation ($login: String!, $password: String!) { login(login: $login, password: $password) { user { id role } } }"
)


async def test_demo_data_fits_together(users: SubgraphApp, catalog: SubgraphApp, router: Router) -> None:
    assert (await users_demo.fill(users), await catalog_demo.fill(catalog)) == (50, 200)
    assert (await users_demo.fill(users), await catalog_demo.fill(catalog)) == (0, 0), "there is data already"
    asked = Person(users, router)
    signed_in: dict[str, Any] = {}
    for login in (users_demo.LOGIN, users_demo.ADMIN_LOGIN):
        signed_in[login] = (await asked.get(LOGIN, login=login, password=users_demo.PASSWORD))["login"]["user"]
    assert [user["role"] for user in signed_in.values()] == ["USER", "ADMIN"]
    products = (await Person(catalog, router).get(PRODUCTS))["products"]
    assert products["totalCount"] == 200
    known = {event.subject for event in await events_of(users, "user.registered", count=50)}
    assert {product["seller"]["id"] for product in products["nodes"]} <= known
    assert signed_in[users_demo.LOGIN]["id"] in known
    assert len(await events_of(catalog, "product.created", count=200)) == 200


def test_the_same_seed_makes_the_same_data() -> None:
    assert users_demo.people(7, 1) == users_demo.people(7, 1)
    assert users_demo.people(7, 1) != users_demo.people(8, 1)
    assert catalog_demo.offers(7, 1) == catalog_demo.offers(7, 1)
    assert catalog_demo.offers(7, 1) != catalog_demo.offers(8, 1)
    assert len(catalog_demo.offers(7, 3)) == 600
