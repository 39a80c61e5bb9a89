"""Mocks of subgraphs: typed, the same for each entity key, and with the values that a user chooses."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from hanse.mocks import MockSubgraph, MockValues, read_values
from hanse.mocks.executable import InvalidSdlError
from hanse_wire.command_line import CommandError

SDL = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])
scalar DateTime
scalar Weird
enum Size { SMALL LARGE }
interface Node { id: ID! }
type Product implements Node @key(fields: "id") @key(fields: "sku") {
  id: ID! sku: String! name: String! price: Float! stock: Int size: Size! added: DateTime! weird: Weird
  tags: [String!]! related(first: Int): [Product!]! maker: Maker! matrix: [[Int!]!]!
}
type Maker @key(fields: "country { code } number") { country: Country! number: Int! email: String }
type Country { code: String! name: String }
type User @key(fields: "id") { id: ID! @external weight: Int @external shipping: Int @requires(fields: "weight") }
union Found = Product | Maker
input NewProduct { name: String! }
type Query { products(first: Int, search: String): [Product!]! product(id: ID!): Product found: Found! node: Node
  motd: String }
type Mutation { create(input: NewProduct!): Product! }
type Subscription { added: Product! }
"""


def ask(query: str, values: MockValues | None = None, **variables: Any) -> Any:
    body = json.dumps({"query": query, "variables": variables}).encode()
    response = json.loads(MockSubgraph("shop", SDL, values).execute(body))
    assert "errors" not in response, response
    return response["data"]


def entities(selection: str, *representations: dict[str, Any], values: MockValues | None = None) -> Any:
    query = f"query($r: [_Any!]!) {{ _entities(representations: $r) {{ {selection} }} }}"
    return ask(query, values, r=list(representations))["_entities"]


def test_values_have_the_types_of_their_fields() -> None:
    [product] = ask("{ products(first: 1) { __typename id name price stock size added weird tags matrix } }")[
        "products"
    ]
    assert product["__typename"] == "Product"
    assert isinstance(product["name"], str)
    assert isinstance(product["price"], float)
    assert isinstance(product["stock"], int)
    assert product["size"] in ("SMALL", "LARGE")
    assert product["added"].endswith("Z")
    assert product["weird"].startswith("Weird ")
    assert len(product["tags"]) == 3
    assert all(isinstance(number, int) for row in product["matrix"] for number in row)


def test_an_entity_is_the_same_wherever_it_is_found() -> None:
    listed = {one["id"]: one for one in ask("{ products { id name price } }")["products"]}
    related = ask("{ products { related(first: 20) { id name price } } }")["products"]
    for product in (one for parent in related for one in parent["related"] if one["id"] in listed):
        assert product == listed[product["id"]]
    [first] = entities("... on Product { id name price }", {"__typename": "Product", "id": "product-1"})
    assert first == listed["product-1"]
    assert ask('{ product(id: "product-1") { id name price } }')["product"] == first
    assert ask('{ product(id: "any") { id } }')["product"] == {"id": "any"}


def test_the_same_seed_makes_the_same_data() -> None:
    query = "{ products { id name price maker { country { code name } number email } } }"
    assert ask(query) == ask(query)
    assert ask(query) != ask(query, MockValues(seed=2))


def test_values_of_representations_stay() -> None:
    [user] = entities("... on User { id weight shipping }", {"__typename": "User", "id": "7", "weight": 12})
    assert (user["id"], user["weight"]) == ("7", 12)
    assert isinstance(user["shipping"], int)


def test_nested_keys() -> None:
    maker = ask("{ products(first: 1) { maker { country { code } number email } } }")["products"][0]["maker"]
    key = {"__typename": "Maker", "country": maker["country"], "number": maker["number"]}
    assert entities("... on Maker { email }", key) == [{"email": maker["email"]}]


KEYS = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
scalar UUID
scalar Date
type Product @key(fields: "id") @key(fields: "sku") @key(fields: "code") @key(fields: "shelf { hall row }")
    @key(fields: "added kind") {
  id: UUID! sku: String! code: Int! shelf: Shelf! added: Date! kind: Kind! name: String! price: Float!
}
enum Kind { TOOL TOY FOOD }
type Shelf { hall: ID! row: Int! side: String }
type Query { products(first: Int): [Product!]! product(sku: String!): Product }
"""
ALL = "id sku code shelf { hall row side } added kind name price"


def keyed(*keys: dict[str, Any], selection: str = ALL, values: MockValues | None = None, sdl: str = KEYS) -> Any:
    """The products with these keys."""
    query = f"query($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on Product {{ {selection} }} }} }}"
    representations = [{"__typename": "Product", **key} for key in keys]
    body = json.dumps({"query": query, "variables": {"r": representations}}).encode()
    response = json.loads(MockSubgraph("shop", sdl, values).execute(body))
    assert "errors" not in response, response
    return response["data"]["_entities"]


def keys_of(product: dict[str, Any]) -> list[dict[str, Any]]:
    """Each key of a product alone, but for its date and kind."""
    shelf = {"hall": product["shelf"]["hall"], "row": product["shelf"]["row"]}
    return [{"id": product["id"]}, {"sku": product["sku"]}, {"code": product["code"]}, {"shelf": shelf}]


def test_every_key_of_an_entity_is_of_the_same_object() -> None:
    query = f"{{ products(first: 1000) {{ {ALL} }} }}"
    products = json.loads(MockSubgraph("shop", KEYS).execute(json.dumps({"query": query}).encode()))["data"]["products"]
    assert len({product["sku"] for product in products}) == 1000
    for product in (*products[:3], products[-1]):
        by_date = {"added": product["added"], "kind": product["kind"]}
        same_date = [one for one in products if by_date.items() <= one.items()]
        assert keyed(*keys_of(product)) == [product] * 4
        assert keyed(by_date)[0] in same_date
    seeded = MockValues(seed=2)
    [other] = keyed({"sku": "sku-1"}, values=seeded)
    assert other != products[0]
    assert keyed(*keys_of(other), values=seeded) == [other] * 4


def test_the_keys_that_a_foreign_key_leads_to_are_of_the_same_object() -> None:
    [product] = keyed({"sku": "of a real subgraph"})
    assert product["sku"] == "of a real subgraph"
    by_id, by_sku, by_code, by_shelf = keyed(*keys_of(product))
    assert by_sku == product
    # The foreign key itself cannot be known from another one; everything else is the same.
    assert by_id == by_code == by_shelf
    assert {**by_id, "sku": product["sku"]} == product


def test_a_subgraph_that_has_only_one_of_the_keys_has_the_same_object() -> None:
    start, query = KEYS.split("type Product")[0], "type Query { motd: String }"
    only_sku = f'{start} type Product @key(fields: "sku") {{ sku: String! name: String! }} {query}'
    only_code = f'{start} type Product @key(fields: "code") {{ code: Int! name: String! }} {query}'
    [first] = keyed({"sku": "sku-8"}, selection="name", sdl=only_sku)
    assert keyed({"code": 8}, selection="name", sdl=only_code) == [first]
    assert keyed({"sku": "sku-8"}, selection="name") == [first]


def test_chosen_values_replace_made_up_keys() -> None:
    chosen = MockValues(types={"Product": {"sku": "chosen"}})
    assert keyed({"code": 4}, selection="sku", values=chosen) == [{"sku": "chosen"}]


def test_lists_have_the_size_that_is_wanted() -> None:
    assert [len(ask(f"{{ products(first: {n}) {{ id }} }}")["products"]) for n in (0, 1, 50)] == [0, 1, 50]
    assert len(ask("{ products { id } }", MockValues(list_size=7))["products"]) == 7
    chosen = MockValues(types={"Product": {"tags": {"size": 5}}})
    assert len(ask("{ products { tags } }", chosen)["products"][0]["tags"]) == 5
    ids = [one["id"] for one in ask("{ products(first: 50) { id } }")["products"]]
    assert len(set(ids)) == 50


def test_abstract_types_and_mutations() -> None:
    assert ask("{ found { __typename } }")["found"]["__typename"] in ("Product", "Maker")
    assert ask("{ node { id __typename } }")["node"]["__typename"] == "Product"
    created = ask('mutation { create(input: {name: "Lamp"}) { id name } }')["create"]
    assert created["name"] == "Lamp"


async def test_events_of_subscriptions() -> None:
    events = MockSubgraph("shop", SDL).events(b'{"query": "subscription { added { id } }"}')
    async for event in events:
        assert json.loads(event)["data"]["added"]["id"].startswith("product-")
        break


def test_the_service_field_has_the_sdl() -> None:
    assert ask("{ _service { sdl } }") == {"_service": {"sdl": SDL}}


def test_values_that_a_user_chooses(tmp_path: Path) -> None:
    (tmp_path / "mocks.yaml").write_text(
        "list_size: 2\n"
        "scalars: {Weird: odd, DateTime: ['2020-01-01T00:00:00Z']}\n"
        "types:\n"
        "  Product: {name: [Lamp, Table], tags: [a, b, c], maker: {email: a@b.example}}\n"
        "  Query: {motd: Hello}\n"
    )
    data = ask("{ motd products { name weird added tags maker { email } } }", read_values(tmp_path / "mocks.yaml"))
    assert data["motd"] == "Hello"
    assert len(data["products"]) == 2
    for product in data["products"]:
        assert product.pop("name") in ("Lamp", "Table")
        assert product == {
            "weird": "odd",
            "added": "2020-01-01T00:00:00Z",
            "tags": ["a", "b", "c"],
            "maker": {"email": "a@b.example"},
        }


def test_values_of_a_python_file(tmp_path: Path) -> None:
    (tmp_path / "mocks.py").write_text(
        "seed = 4\n"
        "scalars = {'Weird': lambda random: random.randint(5, 5)}\n"
        "types = {'Product': {'name': lambda product: 'name of ' + product['id']}}\n"
    )
    [product] = ask("{ products(first: 1) { id name weird } }", read_values(tmp_path / "mocks.py"))["products"]
    assert product == {"id": "product-1", "name": "name of product-1", "weird": 5}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.yaml", "lists: 3", "a.yaml:1:8: lists: Extra inputs"),
        ("a.yaml", "list_size: -1", "a.yaml:1:12: list_size: "),
        ("a.yaml", "types: {Product: 1}", "a.yaml:1:18: types.Product: "),
        ("a.py", "1 / 0", "a.py cannot be run: ZeroDivisionError"),
        ("a.py", "types = 3", "a.py: types: "),
    ],
)
def test_an_invalid_file_is_one_line(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(CommandError) as failure:
        read_values(tmp_path / name)
    assert message in failure.value.message
    assert "\n" not in failure.value.message


def test_invalid_sdl_is_refused() -> None:
    with pytest.raises(InvalidSdlError):
        MockSubgraph("shop", "type Query {")


def test_extensions_alone_are_types() -> None:
    sdl = 'extend type User @key(fields: "id") { id: ID! @external name: String } extend type Query { me: User }'
    response = json.loads(MockSubgraph("users", sdl).execute(b'{"query": "{ me { id name } }"}'))
    assert set(response["data"]["me"]) == {"id", "name"}


def test_ten_times_the_entities_take_no_more_than_fifteen_times_as_long() -> None:
    mock = MockSubgraph("shop", SDL)

    def seconds(count: int) -> float:
        representations = [{"__typename": "Product", "id": str(number)} for number in range(count)]
        query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Product { name price } } }"
        body = json.dumps({"query": query, "variables": {"r": representations}}).encode()
        start = time.process_time()
        mock.execute(body)
        return time.process_time() - start

    seconds(10)
    assert min(seconds(2_000) for _ in range(2)) < 15 * max(min(seconds(200) for _ in range(3)), 0.005)
