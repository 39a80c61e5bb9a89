"""The pages of a graph: what they show, that all of it is escaped, and their bounds."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from hanse.registry.pages.rendering import POLICY
from hanse.registry.pages.versions import schema_diff
from hanse.registry.server.keys import Scope
from hanse.registry.store import Line
from tests.hanse.registry.pages.conftest import CHECK, Shop
from tests.hanse.registry.pages.visitor import Visitor
from tests.hanse.registry.stores import AUTHOR, CATALOG, HEAD, publish

EVIL = "<script>alert(1)</script>"
MAX_PAGE = 1_000_000  # bytes


@pytest.fixture
def reader(shop: Shop) -> Visitor:
    return shop.visitor(Scope.READ)


def finding(**fields: Any) -> dict[str, Any]:
    return {"check": "changes", "level": "error", "code": "FIELD_REMOVED", "message": "Product.name", **fields}


def test_nothing_is_loaded_from_elsewhere(shop: Shop, reader: Visitor) -> None:
    shop.record({"findings": [finding()]})
    below = ["", "/versions", "/versions/1", "/diff?old=1&new=3", "/checks"]
    for page in ["/", "/sign-in", f"/graphs/{shop.graph}/checks/{CHECK}", *(f"{shop.at}{one}" for one in below)]:
        reply = reader.get(page)
        assert reply.status == 200
        assert reply.headers["content-security-policy"] == POLICY
        assert reply.headers["cache-control"] == "no-store"
        assert not re.search(r'(src|href|action)="(?!/)', reply.text)
        assert "<script" not in reply.text
        assert " style=" not in reply.text
    assert reader.get("/icon.svg").headers["content-type"].startswith("image/svg+xml")
    assert reader.get("/style.css").headers["content-type"].startswith("text/css")


def test_graphs_lead_to_their_first_variant(shop: Shop, reader: Visitor) -> None:
    assert f'href="/graphs/{shop.graph}"' in reader.page("/")
    assert reader.get(f"/graphs/{shop.graph}").location == shop.at


def test_the_graph_has_subgraphs_and_entities(shop: Shop, reader: Visitor) -> None:
    page = reader.page(shop.at)
    assert "<title>catalog defines Product</title>" in page
    assert "<title>reviews defines Product</title>" in page
    assert "http://reviews:4002/graphql" in page
    assert "<code>id</code>" in page


def test_references_and_extensions_differ(shop: Shop, reader: Visitor) -> None:
    stub = 'type Query { stub: Product } type Product @key(fields: "id", resolvable: false) { id: ID! }'
    publish(shop.store, "stub", HEAD + stub)
    publish(shop.store, "extra", HEAD + 'extend type Product @key(fields: "id") { id: ID! extra: Int }')
    page = reader.page(shop.at)
    assert "<title>stub refers to Product</title>" in page
    assert "<title>extra extends Product</title>" in page


def test_branches_have_pages_of_their_own(shop: Shop, reader: Visitor) -> None:
    shop.store.create_branch("production", "checkout", AUTHOR)
    publish(shop.store, "reviews", HEAD + "type Query { basket: Int }", line=Line("production", "checkout"))
    assert "?branch=checkout" in reader.page(shop.at)
    assert "reviews defines Product" not in reader.page(f"{shop.at}?branch=checkout")
    assert "branch=checkout" in reader.page(f"{shop.at}/versions?branch=checkout")
    assert "basket" in reader.page(f"{shop.at}/versions/2?branch=checkout")


def test_versions_and_their_differences(shop: Shop, reader: Visitor) -> None:
    history = reader.page(f"{shop.at}/versions")
    assert "1 breaking" in history
    assert f'href="{shop.at}/diff?old=2&amp;new=3"' in history
    assert "reviews: [String!]!" in reader.page(f"{shop.at}/versions/2")
    diff = reader.page(f"{shop.at}/diff?old=2&new=3")
    assert "<code>Product.name</code>" in diff
    assert '<span class="removed">-type Product' in diff
    assert "Clients see the same API" in reader.page(f"{shop.at}/diff?old=2&new=2")


def test_older_versions_are_on_further_pages(shop: Shop, reader: Visitor) -> None:
    for number in range(55):
        publish(shop.store, "catalog", CATALOG, url=f"http://catalog:{5000 + number}/graphql")
    newest = reader.page(f"{shop.at}/versions")
    assert newest.count("<tr>") == 51
    assert "before=9" in newest
    assert reader.page(f"{shop.at}/versions?before=9").count("<tr>") == 9


def test_the_audit_of_a_graph(shop: Shop, reader: Visitor) -> None:
    path = shop.record({"findings": [finding()]})
    shop.store.approve(path.rpartition("/")[2], f"agreed {EVIL}", AUTHOR)
    page = reader.page(f"{shop.at}/audit")
    assert "<td>approved</td><td>check 0123456789abcdef</td>" in page
    assert "agreed &lt;script&gt;" in page
    assert page.index("<td>production 3</td>") < page.index("<td>production 1</td>")
    for number in range(100):
        shop.store.approve(CHECK, f"reason {number}", AUTHOR)
    assert "production 1<" not in reader.page(f"{shop.at}/audit")
    assert "production 1<" in reader.page(f"{shop.at}/audit?start=100")
    assert reader.get(f"{shop.at}/audit?start=1000000").status == 400


def test_a_check_with_its_report(shop: Shop, reader: Visitor) -> None:
    client = {"name": "web", "version": "1.2", "count": 12_345, "lastSeen": None}
    affected = {"name": "Products", "hash": "ab", "source": "usage", "reason": "selects it", "clients": [client]}
    detail = {"title": "Plan before", "text": "QueryPlan {\n}"}
    place = {"file": "catalog.graphql", "line": 7, "column": 1}
    shown = finding(
        coordinate="Product.name", affected=[affected], details=[detail], locations=[place], owners=["@shop"]
    )
    path = shop.record({"findings": [shown], "skipped": [{"check": "lint", "reason": "no rules"}]})
    assert f'href="{path}"' in reader.page(f"{shop.at}/checks")
    page = reader.page(path)
    for text in [
        "FIELD_REMOVED",
        "web 1.2 · 12,345",
        "Plan before",
        "catalog.graphql:7",
        "@shop",
        "no rules",
        "failed",
    ]:
        assert text in page


def test_a_report_of_another_form_is_shown_as_it_is(shop: Shop, reader: Visitor) -> None:
    assert "&#34;verdict&#34;" in reader.page(shop.record({"verdict": [EVIL]}))
    assert "&lt;script&gt;" in reader.page(shop.record({"findings": [{"check": EVIL}]}))
    assert "No findings" in reader.page(shop.record({}))


def test_a_check_is_approved_with_a_reason(shop: Shop) -> None:
    path = shop.record({"findings": [finding()]})
    approver = shop.visitor(Scope.READ, Scope.APPROVE)
    assert "<textarea" in approver.page(path)
    token = approver.form_token()
    assert approver.post(f"{path}/approvals", reason="agreed").status == 403
    assert approver.post(f"{path}/approvals", reason="agreed", form_token="0" * 64).status == 403
    assert approver.post(f"{path}/approvals", site="cross-site", reason="agreed", form_token=token).status == 403
    assert approver.post(f"{path}/approvals", reason=" ", form_token=token).status == 400
    assert approver.post(f"{path}/approvals", reason="x" * 60_000, form_token=token).status == 413
    assert shop.store.check(CHECK).approvals == ()
    reply = approver.post(f"{path}/approvals", reason=f"agreed {EVIL}", form_token=token)
    assert (reply.status, reply.location) == (303, path)
    assert shop.store.check(CHECK).approvals[0].reason == f"agreed {EVIL}"
    page = approver.page(path)
    assert "agreed &lt;script&gt;" in page
    assert EVIL not in page


def test_who_may_only_read_cannot_approve(shop: Shop, reader: Visitor) -> None:
    path = shop.record({"findings": [finding()]})
    assert "<textarea" not in reader.page(path)
    assert reader.post(f"{path}/approvals", reason="x", form_token=reader.form_token()).status == 403
    another = shop.visitor(Scope.READ, Scope.APPROVE).form_token()
    assert shop.visitor(Scope.APPROVE).post(f"{path}/approvals", reason="x", form_token=another).status == 403


def test_everything_is_escaped(shop: Shop, reader: Visitor) -> None:
    described = f'"""{EVIL}"""\ntype Product'
    hostile = CATALOG.replace("type Product", described).replace(
        "name: String!", f"name: String @deprecated(reason: {json.dumps(EVIL)})"
    )
    publish(shop.store, "catalog", hostile, url=f"http://catalog/{EVIL}")
    shown = finding(
        check=EVIL,
        level=EVIL,
        code=EVIL,
        message=EVIL,
        coordinate=EVIL,
        owners=[EVIL],
        locations=[{"file": EVIL}],
        details=[{"title": EVIL, "text": EVIL}],
        affected=[{"name": EVIL, "reason": EVIL, "clients": [{"name": EVIL}]}],
        patch={"title": EVIL},
        approval={"by": EVIL},
    )
    check = shop.record({"findings": [shown], "skipped": [{"check": EVIL, "reason": EVIL}]})
    for page in [shop.at, f"{shop.at}/versions", f"{shop.at}/versions/4", f"{shop.at}/diff?old=3&new=4", check]:
        text = reader.page(page)
        assert "<script" not in text
        assert "<img" not in text
    assert "&lt;script&gt;" in reader.page(check)


@pytest.mark.parametrize("page", ["/versions/99", "/diff?old=1&new=99", "/nothing"])
def test_what_does_not_exist_is_not_found(shop: Shop, reader: Visitor, page: str) -> None:
    assert reader.get(f"{shop.at}{page}").status == 404


@pytest.mark.parametrize(
    "page", ["/versions/x", "/diff?old=1", "?start=-1", "?branch=%3Cscript%3E", "/versions/99999999999999"]
)
def test_what_cannot_be_read_is_told_plainly(shop: Shop, reader: Visitor, page: str) -> None:
    reply = reader.get(f"{shop.at}{page}")
    assert reply.status in (400, 404)
    assert "text/html" in reply.headers["content-type"]
    assert "<script" not in reply.text


def test_pages_of_a_huge_schema_are_bounded(shop: Shop, reader: Visitor) -> None:
    entities = "\n".join(f'type Entity{n} @key(fields: "id") {{ id: ID! name{n}: String }}' for n in range(1_000))
    huge = f"{HEAD} type Query {{ first: Entity0 }}\n{entities}"
    publish(shop.store, "huge", huge)
    publish(shop.store, "huge", huge.replace("name", "title"))
    for page in ["", "?start=990", "/versions/5", "/diff?old=4&new=5", "/diff?old=4&new=5&start=1900"]:
        assert len(reader.page(f"{shop.at}{page}")) < MAX_PAGE
    assert "1 to 24 of 1,001 entities" in reader.page(shop.at)
    assert "Entity999<" in reader.page(f"{shop.at}?start=990")
    check = shop.record({"findings": [finding(message="x" * 100, coordinate=f"T.f{n}") for n in range(5_000)]})
    assert len(reader.page(check)) < MAX_PAGE
    assert "T.f4999" in reader.page(f"{check}?start=4900")


def test_long_schemas_are_not_compared_line_by_line() -> None:
    long = "\n".join(f"line {n}" for n in range(2_001))
    assert schema_diff("huge", long, "", room=10).problem.startswith("more than 2,000 lines")
    short = schema_diff("one", "a\nb\nc", "a\nB\nc", room=2)
    assert (len(short.lines), short.problem) == (2, "3 more lines: use `hanse schema show`")
