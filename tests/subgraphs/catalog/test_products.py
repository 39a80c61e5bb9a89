"""Products: putting on sale, finding, changing, and stock that never falls below zero."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hanse_subgraph.ids import new_id
from hanse_subgraph.subgraph_app import SubgraphApp
from tests.subgraphs.harness import Person, Router, Statements, an_admin, events_of, somebody

CREATE = """
mutation ($input: CreateProductInput!) {
  createProduct(input: $input) {
    id sku name description category tags stock inStock version createdAt updatedAt
    price { amountMinor currency formatted } seller { id }
  }
}
"""
LIST = """
query ($first: Int, $after: String, $last: Int, $before: String, $search: String, $category: String,
       $filter: ProductFilterInput, $sort: ProductSort) {
  products(first: $first, after: $after, last: $last, before: $before, search: $search, category: $category,
           filter: $filter, sort: $sort) {
    totalCount nodes { name } edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}
"""
UPDATE = """
mutation ($id: ID!, $version: Int!, $input: UpdateProductInput!) {
  updateProduct(id: $id, version: $version, input: $input) { name version price { amountMinor } description }
}
"""
ADJUST = "mutation ($id: ID!, $delta: Int!) { adjustStock(id: $id, delta: $delta) { stock inStock } }"
LAMP = {"name": "Desk Lamp", "price": {"amountMinor": 4999}, "category": "home/light", "tags": ["brass"], "stock": 3}


async def create(person: Person, **changed: Any) -> str:
    """A new product's id."""
    return str((await person.get(CREATE, input={**LAMP, **changed}))["createProduct"]["id"])


async def names(person: Person, **arguments: Any) -> list[str]:
    """The names on a page, in its order."""
    return [node["name"] for node in (await person.get(LIST, **arguments))["products"]["nodes"]]


async def test_a_product_is_put_on_sale_by_its_seller(seller: Person, catalog: SubgraphApp) -> None:
    product = (await seller.get(CREATE, input=LAMP))["createProduct"]
    assert product["seller"] == {"id": seller.user_id}
    assert product["price"] == {"amountMinor": 4999, "currency": "EUR", "formatted": "49.99 EUR"}
    assert (product["version"], product["stock"], product["inStock"], product["tags"]) == (1, 3, True, ["brass"])
    assert product["sku"].startswith("P-")
    (event,) = await events_of(catalog, "product.created", count=1)
    assert (event.subject, event.actor) == (product["id"], seller.user_id)
    assert event.data["priceMinor"] == 4999


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"price": {"amountMinor": -1}}, ("price.amountMinor", "TOO_SMALL")),
        ({"price": {"amountMinor": 1, "currency": "XXX"}}, ("price.currency", "UNKNOWN_CURRENCY")),
        ({"name": "   "}, ("name", "TOO_SHORT")),
        ({"name": "x" * 201}, ("name", "TOO_LONG")),
        ({"category": "Home Light"}, ("category", "INVALID")),
        ({"tags": [""]}, ("tags", "INVALID")),
        ({"stock": -1}, ("stock", "OUT_OF_RANGE")),
        ({"sku": "a b"}, ("sku", "INVALID")),
    ],
)
async def test_what_is_wrong_is_named(seller: Person, changed: dict[str, Any], wrong: tuple[str, str]) -> None:
    answer = await seller(CREATE, input={**LAMP, **changed})
    assert (answer.codes, answer.fields) == (["BAD_USER_INPUT"], [wrong])


async def test_a_sku_is_had_once(seller: Person, stranger: Person) -> None:
    await create(seller, sku="L-1")
    answer = await stranger(CREATE, input={**LAMP, "sku": "L-1"})
    assert (answer.codes, answer.fields) == (["CONFLICT"], [("sku", "TAKEN")])


async def test_who_may_not_sell(catalog: SubgraphApp, router: Router) -> None:
    assert (await Person(catalog, router)(CREATE, input=LAMP)).codes == ["UNAUTHENTICATED"]
    assert (await somebody(catalog, router, new_id())(CREATE, input=LAMP)).codes == ["FORBIDDEN"]


async def test_search_ranks_names_before_descriptions(seller: Person) -> None:
    await create(seller, name="Chair", description="Goes well with a lantern.")
    await create(seller, name="Brass Lantern", tags=["sea"])
    await create(seller, name="Théière", category="home/kitchen", tags=[])
    assert await names(seller, search="lantern") == ["Brass Lantern", "Chair"]
    assert await names(seller, search="LANT sea") == ["Brass Lantern"], "every word, and beginnings of words"
    assert await names(seller, search="theiere") == ["Théière"]
    assert await names(seller, search='lantern" OR name:*') == [], "words are words, not a query language"
    assert await names(seller, search="anchor") == []


async def test_search_follows_changes(seller: Person) -> None:
    product_id = await create(seller)
    await seller.get(UPDATE, id=product_id, version=1, input={"name": "Anchor"})
    assert (await names(seller, search="desk"), await names(seller, search="anchor")) == ([], ["Anchor"])
    await seller.get("mutation ($id: ID!) { deleteProduct(id: $id) { id } }", id=product_id)
    assert await names(seller, search="anchor") == []


async def test_a_category_holds_those_below_it(seller: Person) -> None:
    await create(seller, name="A", category="home")
    await create(seller, name="B", category="home/light")
    await create(seller, name="C", category="homeware")
    assert await names(seller, category="home") == ["B", "A"]
    tree = (await seller.get("{ categories { path name parent productCount } }"))["categories"]
    assert tree == [
        {"path": "home", "name": "home", "parent": None, "productCount": 2},
        {"path": "home/light", "name": "light", "parent": "home", "productCount": 1},
        {"path": "homeware", "name": "homeware", "parent": None, "productCount": 1},
    ]


async def test_filters(seller: Person, stranger: Person) -> None:
    await create(seller, name="A", price={"amountMinor": 100}, stock=0)
    await create(stranger, name="B", price={"amountMinor": 200})
    assert await names(seller, filter={"inStock": True}) == ["B"]
    assert await names(seller, filter={"inStock": False}) == ["A"]
    assert await names(seller, filter={"minPriceMinor": 101}) == ["B"]
    assert await names(seller, filter={"maxPriceMinor": 100}) == ["A"]
    assert await names(seller, filter={"sellerId": stranger.user_id}) == ["B"]
    assert await names(seller, filter={"sellerId": "nobody"}) == []


@pytest.mark.parametrize("search", [None, "thing"])
@pytest.mark.parametrize(
    ("sort", "order"),
    [("NEWEST", "43210"), ("NAME", "01234"), ("CHEAPEST", "24031"), ("DEAREST", "31402"), (None, "43210")],
)
async def test_pages_hold_everything_once_whatever_the_order(
    seller: Person, sort: str | None, order: str, search: str | None
) -> None:
    for number, price in enumerate((2, 3, 1, 3, 2)):
        await create(seller, name=f"thing {number}", price={"amountMinor": price})
    expected = [f"thing {number}" for number in order]
    forward: list[str] = []
    backward: list[str] = []
    cursors: list[str] = []
    for _ in range(3):
        page = await seller.get(LIST, first=2, after=cursors[-1] if cursors else None, sort=sort, search=search)
        edges = page["products"]["edges"]
        forward += [edge["node"]["name"] for edge in edges]
        cursors += [edge["cursor"] for edge in edges]
        assert page["products"]["totalCount"] == 5
    assert forward == expected
    assert page["products"]["pageInfo"]["hasNextPage"] is False
    before = cursors[-1]
    for _ in range(2):
        edges = (await seller.get(LIST, last=2, before=before, sort=sort, search=search))["products"]["edges"]
        backward = [edge["node"]["name"] for edge in edges] + backward
        before = edges[0]["cursor"]
    assert backward == expected[:-1]


async def test_a_cursor_of_another_order_is_refused(seller: Person) -> None:
    await create(seller)
    cursor = (await seller.get(LIST, sort="NAME"))["products"]["pageInfo"]["endCursor"]
    assert (await seller(LIST, after=cursor)).fields == [("after", "INVALID")]
    assert (await seller(LIST, after=cursor, sort="CHEAPEST")).fields == [("after", "INVALID")]


async def test_an_update_needs_the_version_that_was_read(seller: Person, catalog: SubgraphApp) -> None:
    product_id = await create(seller, description="old")
    changed = (await seller.get(UPDATE, id=product_id, version=1, input={"price": {"amountMinor": 1}}))["updateProduct"]
    assert changed == {"name": "Desk Lamp", "version": 2, "price": {"amountMinor": 1}, "description": "old"}
    stale = await seller(UPDATE, id=product_id, version=1, input={"name": "New"})
    assert (stale.codes, stale.fields) == (["CONFLICT"], [("version", "STALE_VERSION")])
    (event,) = await events_of(catalog, "product.updated", count=1)
    assert (event.data["changed"], event.data["version"]) == (["price"], 2)


async def test_of_many_updates_of_one_version_one_wins(seller: Person) -> None:
    product_id = await create(seller)
    changes = (seller(UPDATE, id=product_id, version=1, input={"name": f"N{n}"}) for n in range(10))
    answers = await asyncio.gather(*changes)
    assert sum(not answer.errors for answer in answers) == 1
    assert {code for answer in answers for code in answer.codes} == {"CONFLICT"}


async def test_only_the_seller_and_moderators_change_a_product(
    seller: Person, stranger: Person, catalog: SubgraphApp, router: Router
) -> None:
    product_id = await create(seller)
    refused: dict[str, dict[str, Any]] = {
        UPDATE: {"version": 1, "input": {"name": "Mine"}},
        ADJUST: {"delta": 1},
        "mutation ($id: ID!) { deleteProduct(id: $id) { id } }": {},
    }
    for query, arguments in refused.items():
        assert (await stranger(query, id=product_id, **arguments)).codes == ["FORBIDDEN"]
        assert (await Person(catalog, router)(query, id=product_id, **arguments)).codes == ["UNAUTHENTICATED"]
        assert (await seller(query, id=new_id(), **arguments)).codes == ["NOT_FOUND"]
        assert (await seller(query, id="no uuid", **arguments)).codes == ["NOT_FOUND"]
        admin = an_admin(catalog, router, new_id(), "catalog:write")
        assert (await admin(query, id=product_id, **arguments)).codes == ["FORBIDDEN"], "the role authorizes nothing"
        moderator = somebody(catalog, router, new_id(), "catalog:write", "catalog:moderate")
        await moderator.get(query, id=product_id, **arguments)


async def test_a_deleted_product_is_gone(seller: Person) -> None:
    product_id = await create(seller)
    await seller.get("mutation ($id: ID!) { deleteProduct(id: $id) { id } }", id=product_id)
    assert await seller.get("query ($id: ID!) { product(id: $id) { id } }", id=product_id) == {"product": None}
    assert await names(seller) == []
    assert (await seller(ADJUST, id=product_id, delta=1)).codes == ["NOT_FOUND"]


async def test_stock_never_falls_below_zero_however_many_take(seller: Person, catalog: SubgraphApp) -> None:
    product_id = await create(seller, stock=10)
    answers = await asyncio.gather(*(seller(ADJUST, id=product_id, delta=-1) for _ in range(100)))
    left = sorted(answer.data["adjustStock"]["stock"] for answer in answers if not answer.errors)
    assert left == list(range(10))
    refused = [answer for answer in answers if answer.errors]
    assert len(refused) == 90
    assert all((answer.codes, answer.fields) == (["CONFLICT"], [("delta", "OUT_OF_STOCK")]) for answer in refused)
    events = await events_of(catalog, "product.stock_changed", count=10)
    assert [event.data["stock"] for event in events] == list(range(9, -1, -1))


async def test_one_mutation_failing_leaves_the_others(seller: Person) -> None:
    product_id = await create(seller, stock=1)
    both = """mutation ($id: ID!) {
      a: adjustStock(id: $id, delta: 5) { stock }
      b: adjustStock(id: $id, delta: -9) { stock }
    }"""
    assert (await seller(both, id=product_id)).codes == ["CONFLICT"]
    read = await seller.get("query ($id: ID!) { product(id: $id) { stock } }", id=product_id)
    assert read == {"product": {"stock": 6}}


PRODUCTS_OF = """
query ($r: [_Any!]!, $first: Int, $after: String) {
  _entities(representations: $r) { ... on User { id products(first: $first, after: $after) {
    totalCount nodes { name seller { id } } pageInfo { hasNextPage hasPreviousPage endCursor } } } }
}
"""


def user(person: Person) -> dict[str, Any]:
    """A reference to a user."""
    return {"__typename": "User", "id": person.user_id}


async def test_users_have_their_products_page_by_page(seller: Person, stranger: Person) -> None:
    for number in range(3):
        await create(seller, name=f"N{number}")
    await create(stranger, name="M")
    mine, others = (await seller.get(PRODUCTS_OF, r=[user(seller), user(stranger)], first=2))["_entities"]
    assert [node["name"] for node in mine["products"]["nodes"]] == ["N2", "N1"]
    assert (mine["products"]["totalCount"], mine["products"]["pageInfo"]["hasNextPage"]) == (3, True)
    assert [node["name"] for node in others["products"]["nodes"]] == ["M"]
    after = mine["products"]["pageInfo"]["endCursor"]
    (rest,) = (await seller.get(PRODUCTS_OF, r=[user(seller)], first=2, after=after))["_entities"]
    assert [node["name"] for node in rest["products"]["nodes"]] == ["N0"]
    assert rest["products"]["pageInfo"] | {"endCursor": None} == {
        "hasNextPage": False,
        "hasPreviousPage": True,
        "endCursor": None,
    }


async def test_the_products_of_a_hundred_users_take_few_statements(seller: Person, catalog: SubgraphApp) -> None:
    await create(seller)
    statements = Statements(catalog)
    people = [user(seller), *({"__typename": "User", "id": new_id()} for _ in range(99))]
    entities = (await seller.get(PRODUCTS_OF, r=people, first=5))["_entities"]
    assert [len(entity["products"]["nodes"]) for entity in entities] == [1] + [0] * 99
    assert len(statements.seen) <= 8, "the products in four batches, and the totals"


async def test_a_hundred_products_with_sellers_take_one_statement(seller: Person, catalog: SubgraphApp) -> None:
    ids = [await create(seller) for _ in range(10)]
    statements = Statements(catalog)
    await seller.get("{ products(first: 100) { nodes { name seller { id } price { formatted } } } }")
    assert len(statements.seen) == 1
    wanted = [{"__typename": "Product", "id": product_id} for product_id in ids * 10]
    query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { name seller { id } } } }"
    entities = (await seller.get(query, r=wanted))["_entities"]
    assert entities == [{"name": "Desk Lamp", "seller": {"id": seller.user_id}}] * 100
    assert len(statements.seen) == 2
