"""A shop for the pages: four subgraphs, versions, checks and usage."""

from __future__ import annotations

import hashlib
import time
import uuid
from datetime import UTC, datetime

from hanse.registry.server.keys import Scope
from hanse.registry.store import CheckOutcome, CheckRecord
from hanse_wire.usage_report import Client, OperationUse, UsageReport, encode_report
from tests.hanse.registry.requests import send
from tests.hanse.registry.servers import RunningRegistry
from tests.hanse.registry.stores import AUTHOR, HEAD, publish

GRAPH = "shop"
CHECK = "4f1c09a7d2b35e68"
AT = f"/graphs/{GRAPH}/variants/production"
OWNERS = """catalog/ @catalog
reviews/ @community
Product.price @pricing "Anna"
"""
SUBGRAPHS = {
    "catalog": """
type Query { products(first: Int = 20): [Product!]! product(id: ID!): Product }
"Something that the shop sells."
type Product @key(fields: "id") @key(fields: "sku") {
  id: ID!
  "The number on the label."
  sku: String!
  name: String!
  "In cents."
  price: Int!
  title: String @deprecated(reason: "Use name.")
}
""",
    "users": """
type Query { me: User }
type User @key(fields: "id") { id: ID! name: String! email: String }
""",
    "reviews": """
type Product @key(fields: "id") { id: ID! reviews: [Review!]! }
type User @key(fields: "id") { id: ID! reviews: [Review!]! }
type Review @key(fields: "id") { id: ID! rating: Int! text: String product: Product! author: User! }
""",
    "orders": """
type Query { order(id: ID!): Order }
type Order @key(fields: "id") { id: ID! products: [Product!]! buyer: User! }
type Product @key(fields: "id", resolvable: false) { id: ID! }
extend type User @key(fields: "id") { id: ID! orders: [Order!]! }
""",
}
PAGE = 'query ProductPage { product(id: "") { name price reviews { rating text author { name orders { id } } } } }'
OPERATIONS = [
    (PAGE, "ProductPage", "web", "5.2.0", 182_340),
    (PAGE, "ProductPage", "ios", "3.1", 64_012),
    ("query Me { me { name email reviews { rating product { name } } } }", "Me", "web", "5.2.0", 40_551),
    ("query Search { products { id sku title } }", "Search", "android", "2.8", 9_120),
]
PLAN = """QueryPlan {
  Sequence {
    Fetch(service: "catalog") { products { title } }
  }
}"""
REPORT = {
    "findings": [
        {
            "check": "changes",
            "level": "error",
            "code": "FIELD_REMOVED",
            "message": "Field Product.title was removed. Operations that select it fail. 1 known operation depends "
            "on it: change the clients first, or keep it.",
            "coordinate": "Product.title",
            "locations": [{"file": "catalog.graphql", "line": 9, "column": 3}],
            "owners": ["@catalog"],
            "details": [{"title": "Plan before", "text": PLAN}],
            "affected": [
                {
                    "name": "Search",
                    "hash": "ab",
                    "source": "usage",
                    "reason": "selects it",
                    "clients": [{"name": "android", "version": "2.8", "count": 9_120, "lastSeen": None}],
                }
            ],
        },
        {
            "check": "lint",
            "level": "warning",
            "code": "FIELD_DESCRIPTION",
            "message": "Product.name has no description: write one.",
            "coordinate": "Product.name",
        },
    ],
    "skipped": [{"check": "events", "reason": "no events are configured"}],
}


def open_shop(registry: RunningRegistry) -> str:
    """Publish, report and check. Returns an API key that may read and approve."""
    admin = registry.create_key(name="ci")
    store = registry.store(admin, GRAPH)
    publish(store, "catalog", HEAD + SUBGRAPHS["catalog"].replace("price: Int!", "price: Int"))
    for name, sdl in SUBGRAPHS.items():
        publish(store, name, HEAD + sdl, url=f"http://{name}:4001/graphql")
    store.set_owners(OWNERS, AUTHOR)
    now = time.time()
    uses = tuple(
        OperationUse(
            signature=text,
            hash=hashlib.sha256(text.encode()).hexdigest(),
            name=name,
            kind="query",
            client=Client(client, version),
            count=count,
            errors=count // 900,
            last_seen=now,
        )
        for text, name, client, version, count in OPERATIONS
    )
    report = encode_report(UsageReport(id=uuid.uuid4().hex, since=now - 60, until=now, operations=uses))
    status, _, content = send(registry, f"/api{AT}/usage", report, key=admin)
    assert status < 300, content
    store.record_check(
        CheckRecord(
            id=CHECK,
            variant="production",
            subgraph="catalog",
            outcome=CheckOutcome.FAILED,
            who="",
            when=datetime.now(UTC),
            commit="9f3c2d1",
            base_version=5,
            report=REPORT,
        )
    )
    return registry.create_key(Scope.READ, Scope.APPROVE, graphs=[GRAPH], name="anna")


def hash_of(name: str) -> str:
    """The hash of an operation of the shop, by its name."""
    text = next(text for text, known, *_ in OPERATIONS if known == name)
    return hashlib.sha256(text.encode()).hexdigest()
