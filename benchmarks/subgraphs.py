"""The benchmark's four subgraphs, as plain graphql-core schemas over its data."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from graphql import GraphQLError, GraphQLSchema, build_schema, execute_sync, parse

Data = dict[str, Any]
DATA: Data = json.loads((Path(__file__).parent / "graph" / "data.json").read_text(encoding="utf-8"))

_ENTITIES = "scalar _Any  union _Entity = {}  extend type Query {{ _entities(representations: [_Any!]!): [_Entity]! }}"
_SDL = {
    "accounts": """
        type Query { me: User user(id: ID!): User users: [User] }
        type User { id: ID! name: String username: String birthday: Int }
    """
    + _ENTITIES.format("User"),
    "inventory": """
        type Query { _none: Int }
        type Product { upc: String! inStock: Boolean shippingEstimate: Int }
    """
    + _ENTITIES.format("Product"),
    "products": """
        type Query {
            topProducts(first: Int = 5): [Product]
            catalogue(first: Int = 1000): [Product!]!
            items(first: Int = 100): [Item!]!
        }
        interface Item { upc: String! name: String }
        type Product implements Item { upc: String! name: String price: Int weight: Int }
        type Voucher implements Item { upc: String! name: String amount: Int }
    """
    + _ENTITIES.format("Product | Voucher"),
    "reviews": """
        type Query { _none: Int }
        type Review { id: ID! body: String product: Product author: User }
        type User { id: ID! username: String reviews: [Review] }
        type Product { upc: String! reviews: [Review] }
    """
    + _ENTITIES.format("Review | User | Product"),
}
_REVIEWS = {review["id"]: review for review in DATA["reviews"]}
_NO_REVIEWS: list[Data] = []


def _product(number: int) -> Data:
    """A product of the long list; all differ, so that deduplication gains nothing."""
    known = DATA["products"]
    if number < len(known):
        return {"__typename": "Product", **known[number]}
    upc = str(number + 1)
    return {"__typename": "Product", "upc": upc, "name": f"Thing {upc}", "price": 7 * number, "weight": 3 * number}


_CATALOGUE = [_product(number) for number in range(1000)]
_BY_UPC = {product["upc"]: product for product in _CATALOGUE}
_VOUCHERS = [{"__typename": "Voucher", "upc": f"v{n}", "name": f"Voucher {n}", "amount": n} for n in range(500)]


def _item(number: int) -> Data:
    return _VOUCHERS[number // 3] if number % 3 == 2 else _CATALOGUE[number]


def _user(id_: str) -> Data:
    # As in the public benchmark's reviews subgraph: every user wrote the first two reviews.
    written = [_review(review) for review in DATA["reviews"][:2]]
    return {"__typename": "User", "id": id_, "username": "user", "reviews": written}


def _review(review: Data) -> Data:
    return {
        "__typename": "Review",
        **review,
        "product": lambda _: _reviewed(review["product"]),
        "author": lambda _: {**_user("1"), "username": "urigo"},
    }


def _reviewed(upc: str) -> Data:
    return {"__typename": "Product", "upc": upc, "reviews": lambda _: [_review(r) for r in _reviews_of(upc)]}


def _reviews_of(upc: str) -> list[Data]:
    if len(upc) == 1 or not upc.isdigit():
        return [review for review in DATA["reviews"] if review["product"] == upc]
    return [{"id": f"r{upc}", "body": f"What I think of thing {upc}", "product": upc}]


def _stocked(representation: Mapping[str, Any]) -> Data:
    upc = representation["upc"]
    known = DATA["inventory"]
    if upc in known:  # the public benchmark's resolver ignores the price, so it never returns an estimate
        return {"__typename": "Product", "upc": upc, "inStock": known[upc], "shippingEstimate": None}
    price, weight = representation.get("price"), representation.get("weight")
    estimate = None if price is None or weight is None else 0 if price > 1000 else weight // 2
    return {"__typename": "Product", "upc": upc, "inStock": int(upc) % 2 == 0, "shippingEstimate": estimate}


_USERS = {user["id"]: {"__typename": "User", **user} for user in DATA["users"]}
_ROOTS: dict[str, Data] = {
    "accounts": {
        "me": _USERS["1"],
        "user": lambda _, id: _USERS.get(id),
        "users": list(_USERS.values()),
    },
    "inventory": {},
    "products": {
        "topProducts": lambda _, first: _CATALOGUE[: min(first, len(DATA["products"]))],
        "catalogue": lambda _, first: _CATALOGUE[:first],
        "items": lambda _, first: [_item(number) for number in range(first)],
    },
    "reviews": {},
}
_RESOLVE: dict[tuple[str, str], Callable[[Data], Data | None]] = {
    ("accounts", "User"): lambda r: _USERS.get(r["id"]),
    ("inventory", "Product"): _stocked,
    ("products", "Product"): lambda r: _BY_UPC.get(r["upc"]),
    ("products", "Voucher"): lambda r: _VOUCHERS[int(r["upc"][1:])],
    ("reviews", "Review"): lambda r: _review(_REVIEWS[r["id"]]),
    ("reviews", "User"): lambda r: _user(r["id"]),
    ("reviews", "Product"): lambda r: _reviewed(r["upc"]),
}


@cache
def _schema(name: str) -> GraphQLSchema:
    return build_schema(_SDL[name])


def answer(name: str, body: bytes, *, failing: bool = False) -> bytes:
    """The response of the subgraph to an encoded request. A failing one returns an error for every third product.

    Which ones depends on the product, not on its position in the request, since routers batch differently.
    """
    request = json.loads(body)

    def entities(_: Any, representations: list[Data]) -> list[Any]:
        resolved: list[Any] = []
        for representation in representations:
            if failing and int(representation["upc"]) % 3 == 2:
                resolved.append(GraphQLError("The warehouse does not answer.", extensions={"code": "WAREHOUSE"}))
            else:
                resolved.append(_RESOLVE[name, representation["__typename"]](representation))
        return resolved

    root = {**_ROOTS[name], "_entities": entities}
    result = execute_sync(_schema(name), parse(request["query"]), root, variable_values=request.get("variables") or {})
    reply = result.formatted
    for error in reply.get("errors", ()):
        error.pop("locations", None)
    return json.dumps(reply, separators=(",", ":"), ensure_ascii=False).encode()
