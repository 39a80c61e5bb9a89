"""The pages of types, operations with their plans, and clients."""

from __future__ import annotations

import pytest

from hanse.registry.server.keys import Scope
from tests.hanse.registry.pages.conftest import Shop
from tests.hanse.registry.pages.visitor import Visitor
from tests.hanse.registry.stores import CATALOG, HEAD, publish

EVIL = "<script>alert(1)</script>"
MAX_PAGE = 1_000_000  # bytes
PRODUCTS = "query Products { products { id reviews } }"
ALL_KINDS = f"""{HEAD}
type Query {{ find(text: String = "x", filter: Filter): Found old: Int @deprecated(reason: "use find") }}
input Filter {{ color: Color maximum: Int }}
enum Color {{ RED GREEN @deprecated }}
union Found = Product | Shoe
interface Sized {{ size: Int }}
type Shoe implements Sized {{ size: Int }}
type Product @key(fields: "id") {{ id: ID! }}
scalar Money
"""


@pytest.fixture
def reader(shop: Shop) -> Visitor:
    return shop.visitor(Scope.READ)


def test_types_with_their_subgraphs_and_use(shop: Shop, reader: Visitor) -> None:
    shop.report(PRODUCTS, count=1_234)
    shop.report("{ products { id } }", count=1)
    page = reader.page(f"{shop.at}/types")
    assert f'href="{shop.at}/types/Product"' in page
    assert "catalog, reviews" in page
    assert "1,235" in page
    product = reader.page(f"{shop.at}/types/Product")
    assert "1,235" in product  # id
    assert "1,234" in product  # reviews
    assert "2 most used operations" in product


def test_types_of_every_kind(shop: Shop, reader: Visitor) -> None:
    publish(shop.store, "kinds", ALL_KINDS)
    shop.report("{ find(filter: { color: RED }) { __typename } }", count=77)
    listed = reader.page(f"{shop.at}/types")
    for kind in ("type", "interface", "union", "enum", "input", "scalar"):
        assert f'<td class="quiet">{kind}</td>' in listed
    query = reader.page(f"{shop.at}/types/Query")
    assert "(text: String, filter: Filter)" in query
    assert "use find" in query
    assert '<td class="right">77</td>' in reader.page(f"{shop.at}/types/Filter")
    assert "No longer supported" in reader.page(f"{shop.at}/types/Color")
    assert f'href="{shop.at}/types/Shoe"' in reader.page(f"{shop.at}/types/Found")
    assert reader.get(f"{shop.at}/types/Sized").status == reader.get(f"{shop.at}/types/Money").status == 200
    assert reader.get(f"{shop.at}/types/Nothing").status == 404


def test_types_are_searched(shop: Shop, reader: Visitor) -> None:
    assert "types/Query" not in reader.page(f"{shop.at}/types?q=prod")
    nothing = reader.page(f"{shop.at}/types?q=%3Cscript%3E%22")
    assert "No type has such a name" in nothing
    assert "<script" not in nothing


def test_operations_with_their_plans(shop: Shop, reader: Visitor) -> None:
    hash_ = shop.report(PRODUCTS, count=1_234, name="Products")
    shop.report(PRODUCTS, count=6, client="ios", name="Products")
    listed = reader.page(f"{shop.at}/operations")
    assert f'href="{shop.at}/operations/{hash_}">Products</a>' in listed
    assert "1,240" in listed
    page = reader.page(f"{shop.at}/operations/{hash_}")
    assert "2 fetches in 2 levels" in page
    assert "<title>reviews: products.@</title>" in page
    assert page.count('class="arrow"') == 1
    assert "QueryPlan {" in page
    assert PRODUCTS in page
    assert reader.get(f"{shop.at}/operations/{'0' * 64}").status == 404


def test_operations_of_one_client(shop: Shop, reader: Visitor) -> None:
    shop.report(PRODUCTS, name="Products")
    shop.report("{ products { id } }", client="ios", name="Ids")
    page = reader.page(f"{shop.at}/operations?client=ios")
    assert ">Ids<" in page
    assert ">Products<" not in page
    assert f'href="{shop.at}/operations?client=ios"' in reader.page(f"{shop.at}/clients")


@pytest.mark.parametrize("signature", ["{ nothing }", "{", "query A { a } query B { b }", "{" * 9_000])
def test_an_operation_that_does_not_fit_is_told_plainly(shop: Shop, reader: Visitor, signature: str) -> None:
    hash_ = shop.report(signature)
    assert "It has no plan over this version" in reader.page(f"{shop.at}/operations/{hash_}")
    assert "Used by 0 requests" in reader.page(f"{shop.at}/types/Product")


def test_everything_is_escaped(shop: Shop, reader: Visitor) -> None:
    hash_ = shop.report(f'{{ products(text: "{EVIL}") {{ id }} }}', client=EVIL, name=EVIL)
    described = f'"""{EVIL}"""\ntype Product'
    publish(shop.store, "catalog", CATALOG.replace("type Product", described).replace("name:", f'"""{EVIL}"""\nname:'))
    for page in ["types", "types/Product", "operations", f"operations/{hash_}", "clients"]:
        text = reader.page(f"{shop.at}/{page}")
        assert "<script" not in text
        assert ("&lt;script&gt;" in text) is (page != "types")
    assert "<script" not in reader.page(f"{shop.at}/operations?client=%3Cscript%3E")


def test_pages_of_a_huge_type_are_bounded(shop: Shop, reader: Visitor) -> None:
    fields = "\n".join(f'"""{"x" * 200}"""\nfield{n}: String' for n in range(3_000))
    types = "\n".join(f"type Type{n} {{ value: Int }}" for n in range(300))
    publish(shop.store, "huge", f"{HEAD} type Query {{ huge: Huge }} type Huge {{ {fields} }} {types}")
    shop.report("{ huge { " + " ".join(f"field{n}" for n in range(3_000)) + " } }", count=9)
    assert len(reader.page(f"{shop.at}/types")) < MAX_PAGE
    first = reader.page(f"{shop.at}/types/Huge")
    assert len(first) < MAX_PAGE
    assert "1 to 100 of 3,000 fields" in first
    assert "field2999" in reader.page(f"{shop.at}/types/Huge?start=2900")
    for number in range(60):
        shop.report(f"{{ huge {{ field{number} }} }}", client=f"client{number}")
    assert "1 to 50 of 61 operations" in reader.page(f"{shop.at}/operations")
    assert "51 to 61 of 61 client versions" in reader.page(f"{shop.at}/clients?start=50")
