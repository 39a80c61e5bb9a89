"""Reserving stock: never more than available, released once."""

from __future__ import annotations

import asyncio

from hanse_subgraph.ids import new_id
from hanse_subgraph.subgraph_app import SubgraphApp
from tests.subgraphs.catalog.test_products import create
from tests.subgraphs.harness import Person, Router, an_admin, events_of, somebody

RESERVE = """
mutation ($id: ID!, $n: Int!) {
  reserveStock(productId: $id, quantity: $n) { id quantity state endedAt product { id stock } holder { id } }
}
"""
RELEASE = "mutation ($id: ID!) { releaseStock(id: $id) { state product { stock } } }"
SELL = "mutation ($id: ID!) { sellReserved(id: $id) { state product { stock } } }"


async def reserve(person: Person, product_id: str, quantity: int = 1) -> str:
    """A reservation's id."""
    return str((await person.get(RESERVE, id=product_id, n=quantity))["reserveStock"]["id"])


async def test_reserved_pieces_leave_the_stock_and_come_back(
    seller: Person, stranger: Person, catalog: SubgraphApp
) -> None:
    product_id = await create(seller, stock=5)
    reserved = (await stranger.get(RESERVE, id=product_id, n=3))["reserveStock"]
    assert reserved | {"id": ""} == {
        "id": "",
        "quantity": 3,
        "state": "HELD",
        "endedAt": None,
        "product": {"id": product_id, "stock": 2},
        "holder": {"id": stranger.user_id},
    }
    released = (await stranger.get(RELEASE, id=reserved["id"]))["releaseStock"]
    assert released == {"state": "RELEASED", "product": {"stock": 5}}
    again = await stranger(RELEASE, id=reserved["id"])
    assert (again.codes, again.fields) == (["CONFLICT"], [("id", "ENDED")])
    events = await events_of(catalog, "product.stock_reserved", "product.stock_released", count=2)
    assert [event.data["stock"] for event in events] == [2, 5]


async def test_of_a_hundred_who_reserve_the_last_ten_ten_succeed(seller: Person, stranger: Person) -> None:
    product_id = await create(seller, stock=10)
    answers = await asyncio.gather(*(stranger(RESERVE, id=product_id, n=1) for _ in range(100)))
    assert sum(not answer.errors for answer in answers) == 10
    refused = [answer for answer in answers if answer.errors]
    assert all(answer.fields == [("quantity", "OUT_OF_STOCK")] for answer in refused)
    mine = "{ myReservations(first: 100) { totalCount nodes { state } } }"
    assert (await stranger.get(mine))["myReservations"]["totalCount"] == 10


async def test_of_many_who_release_one_reservation_one_does(seller: Person, stranger: Person) -> None:
    product_id = await create(seller, stock=1)
    reservation = await reserve(stranger, product_id)
    answers = await asyncio.gather(*(stranger(RELEASE, id=reservation) for _ in range(10)))
    assert sum(not answer.errors for answer in answers) == 1
    read = await seller.get("query ($id: ID!) { product(id: $id) { stock } }", id=product_id)
    assert read == {"product": {"stock": 1}}


async def test_sold_pieces_do_not_come_back(seller: Person, stranger: Person) -> None:
    reservation = await reserve(stranger, await create(seller, stock=2))
    assert (await stranger(SELL, id=reservation)).codes == ["FORBIDDEN"]
    assert (await seller.get(SELL, id=reservation))["sellReserved"] == {"state": "SOLD", "product": {"stock": 1}}
    assert (await stranger(RELEASE, id=reservation)).fields == [("id", "ENDED")]


async def test_who_may_release(seller: Person, stranger: Person, catalog: SubgraphApp, router: Router) -> None:
    reservation = await reserve(stranger, await create(seller, stock=2))
    other = somebody(catalog, router, new_id(), "catalog:write")
    assert (await other(RELEASE, id=reservation)).codes == ["NOT_FOUND"], "other people's reservations are not found"
    assert (await Person(catalog, router)(RELEASE, id=reservation)).codes == ["UNAUTHENTICATED"]
    assert (await an_admin(catalog, router, new_id(), "catalog:write")(RELEASE, id=reservation)).codes == ["NOT_FOUND"]
    await somebody(catalog, router, new_id(), "catalog:write", "catalog:moderate").get(RELEASE, id=reservation)


async def test_what_cannot_be_reserved(seller: Person, stranger: Person) -> None:
    product_id = await create(seller, stock=2)
    assert (await stranger(RESERVE, id=product_id, n=0)).fields == [("quantity", "OUT_OF_RANGE")]
    assert (await stranger(RESERVE, id=product_id, n=-1)).fields == [("quantity", "OUT_OF_RANGE")]
    assert (await stranger(RESERVE, id=product_id, n=3)).fields == [("quantity", "OUT_OF_STOCK")]
    assert (await stranger(RESERVE, id=new_id(), n=1)).codes == ["NOT_FOUND"]


async def test_products_by_category(seller: Person) -> None:
    for number in range(3):
        await create(seller, name=f"N{number}", category="home/light")
    await create(seller, category="toys")
    query = '{ productsByCategory(category: "home", first: 2) { totalCount nodes { name } } }'
    found = (await seller.get(query))["productsByCategory"]
    assert found == {"totalCount": 3, "nodes": [{"name": "N2"}, {"name": "N1"}]}
