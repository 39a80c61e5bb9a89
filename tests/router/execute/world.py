"""A small federated graph whose subgraphs are views of the same objects, so that one plain schema can answer too."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from graphql import GraphQLSchema, build_schema, execute_sync, parse

from hanse_router.planner import Planner
from hanse_router.transports.protocol import CoroutineTransport, SubgraphRequest
from hanse_schema.compose import compose
from hanse_schema.subgraph.model import SubgraphSource
from hanse_schema.supergraph import api_schema
from tests.router.execute.chance import Chance
from tests.router.execute.faults import Faults

_LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable", "@external",'
    ' "@requires", "@provides", "@interfaceObject", "@inaccessible"])\n'
)
SUBGRAPHS = {
    "accounts": """
        type Query {
          me: User! users(first: Int): [User!]! maybe: [User] node(id: ID!): Node search: [Result] grid: [[Int!]]!
        }
        interface Node { id: ID! }
        type User implements Node @key(fields: "id") {
          id: ID! name: String! age: Int score: Float active: Boolean! role: Role tags: [String!] meta: JSON
          friends: [User!]! best: User address: Address
        }
        type Address @shareable { street: String city: String! }
        enum Role { ADMIN USER HIDDEN @inaccessible }
        scalar JSON
        union Result = User | Post
        type Post implements Node @key(fields: "id") { id: ID! }
    """,
    "posts": """
        type Shelf @key(fields: "owner { id } code") { owner: User! code: String! name: String }
        type Query {
          shelves: [Shelf!] posts: [Post] feed: [Item!]! media(kind: Int): Media top(first: Int = 2): [Post!]!
        }
        interface Item { id: ID! title: String }
        type Post implements Item @key(fields: "id") @key(fields: "slug") {
          id: ID! slug: ID! title: String body: String! author: User! comments: [Comment!] cover: Media
        }
        type Ad implements Item @key(fields: "id") { id: ID! title: String url: String }
        type User @key(fields: "id") { id: ID! posts: [Post!]! liked: Post }
        type Comment @key(fields: "id") { id: ID! text: String by: User post: Post! }
        interface Media { url: String! }
        type Image implements Media { url: String! width: Int }
        type Video implements Media { url: String! length: Float! }
    """,
    "stats": """
        type Post @key(fields: "slug") { slug: ID! views: Int! rank(by: Int): Float }
        type User @key(fields: "id") {
          id: ID! age: Int @external born: Int @requires(fields: "age") karma: Int!
          address: Address @external zone: String @requires(fields: "address { city }")
          tags: [String!] @external tagged: Int @requires(fields: "tags")
        }
        type Address @shareable { street: String city: String! }
        type Shelf @key(fields: "owner { id } code") { owner: User! @shareable code: String! weight: Int }
        type Ad @key(fields: "id") { id: ID! clicks: Int }
        type Comment @key(fields: "id") { id: ID! likes: Int }
        type Query { champion: User best: Post }
    """,
}
_FEDERATION = """
directive @key(fields: String!, resolvable: Boolean) repeatable on OBJECT | INTERFACE
directive @shareable on OBJECT | FIELD_DEFINITION
directive @external on FIELD_DEFINITION
directive @requires(fields: String!) on FIELD_DEFINITION
directive @provides(fields: String!) on FIELD_DEFINITION
directive @interfaceObject on OBJECT
directive @inaccessible on ENUM_VALUE
scalar _Any
"""
_ENTITIES = "extend type Query { _entities(representations: [_Any!]!): [_Entity]! }"
Object = dict[str, Any]


@cache
def planner() -> tuple[Planner, GraphQLSchema]:
    """The planner of the composed graph, and its API schema."""
    sources = [SubgraphSource(name, _LINK + sdl, f"http://{name}") for name, sdl in SUBGRAPHS.items()]
    composition = compose(sources)
    assert composition.supergraph is not None, composition.errors
    return Planner(composition.supergraph), api_schema(composition.supergraph)


@cache
def subgraph_schema(name: str) -> GraphQLSchema:
    """What the subgraph itself executes."""
    entities = re.findall(r"type (\w+)[^{]*@key", SUBGRAPHS[name])
    union = f"union _Entity = {' | '.join(entities)}"
    return build_schema("\n".join([_FEDERATION, SUBGRAPHS[name], union, _ENTITIES]), assume_valid=True)


_REQUIRES = {"born": "age", "zone": "address", "tagged": "tags"}


def _agrees(sent: Any, known: Any) -> bool:
    if isinstance(sent, dict) and isinstance(known, dict):
        return all(_agrees(value, known.get(key)) for key, value in sent.items())
    return bool(sent == known)


class World:
    """Random objects. Keys and required fields are checked, so that a wrong request gives wrong data."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self.users = [self._user(number) for number in range(4)]
        self.posts = [self._post(number) for number in range(4)]
        self.ads = [
            {
                "__typename": "Ad",
                "id": f"a{n}",
                "title": self.maybe(f"Ad {n}"),
                "url": self.maybe("/x"),
                "clicks": self.maybe(n),
            }
            for n in range(2)
        ]
        self.comments = [self._comment(number) for number in range(4)]
        for user in self.users:
            user["friends"] = self._some(self.users)
            user["best"] = self.maybe(chance.pick(self.users))
            user["posts"] = self._some(self.posts)
            user["liked"] = self.maybe(chance.pick(self.posts))
        for post in self.posts:
            post["author"] = chance.pick(self.users)
            post["comments"] = self.maybe(self._some(self.comments))
        for comment in self.comments:
            comment["by"] = self.maybe(chance.pick(self.users))
            comment["post"] = chance.pick(self.posts)
        self.objects = {(o["__typename"], o["id"]): o for o in [*self.users, *self.posts, *self.ads, *self.comments]}
        self.by_slug = {post["slug"]: post for post in self.posts}
        self.shelves = [
            {"__typename": "Shelf", "owner": self.users[n % 2], "code": f"s{n}", "name": self.maybe("N"), "weight": n}
            for n in range(3)
        ]
        self.root = self._root()

    def maybe(self, value: Any) -> Any:
        """The value, or null."""
        return None if self._chance.happens(20) else value

    def _some(self, values: list[Object]) -> list[Object]:
        return [self._chance.pick(values) for _ in range(self._chance.count(0, 3))]

    def _user(self, number: int) -> Object:
        age = self.maybe(20 + number)
        address = self.maybe({"__typename": "Address", "street": self.maybe("S"), "city": f"C{number}"})
        tags = self.maybe(["a", "b"][: self._chance.count(0, 2)])
        return {
            "__typename": "User",
            "id": f"u{number}",
            "name": f'Näme "{number}"\n',
            "age": age,
            "born": None if age is None else 2000 - age,
            "score": self.maybe(self._chance.pick([1, 1.5, -0.25, 3e8])),
            "active": number % 2 == 0,
            "role": self.maybe(self._chance.pick(["ADMIN", "USER"])),
            "tags": tags,
            "meta": self.maybe(self._chance.pick([{"deep": [1, None, {"x": "y"}]}, "text", 5, [1, 2], False])),
            "karma": number * 10,
            "address": address,
            "zone": address and f"zone of {address['city']}",
            "tagged": None if tags is None else len(tags),
        }

    def _post(self, number: int) -> Object:
        cover = self._chance.pick(
            [
                {"__typename": "Image", "url": "/i", "width": self.maybe(3)},
                {"__typename": "Video", "url": "/v", "length": 1.25},
                None,
            ]
        )
        return {
            "__typename": "Post",
            "id": f"p{number}",
            "slug": f"post-{number}",
            "title": self.maybe(f"Title {number}"),
            "body": f"Body {number}",
            "cover": cover,
            "views": number * 100,
            "rank": lambda _, by=None, n=number: None if by is None else n / by if by else 0.0,
        }

    def _comment(self, number: int) -> Object:
        return {"__typename": "Comment", "id": f"c{number}", "text": self.maybe("hm"), "likes": self.maybe(number)}

    def _root(self) -> Object:
        feed: list[Object] = [*self.posts[:2], *self.ads, self.posts[0]]
        media = [
            {"__typename": "Image", "url": "/r", "width": 1},
            {"__typename": "Video", "url": "/s", "length": 2.0},
            None,
        ]
        return {
            "me": self.users[0],
            "users": lambda _, first=None: self.users if first is None else self.users[: max(first, 0)],
            "maybe": [self.users[1], None, self.users[1]],
            "node": lambda _, id: self.objects.get(("User", id)) or self.objects.get(("Post", id)),
            "search": [self.users[2], self.posts[1], None],
            "grid": [[1, 2], None, []],
            "posts": [*self.posts, None],
            "feed": feed,
            "shelves": self.maybe([*self.shelves, self.shelves[0]]),
            "media": lambda _, kind=None: media[(kind or 0) % 3],
            "top": lambda _, first=2: self.posts[: max(first or 0, 0)],
            "champion": self.maybe(self.users[3]),
            "best": self.maybe(self.posts[2]),
        }

    def entity(self, representation: Object) -> Object | None:
        """The object of a representation; None if a required field has another value."""
        name = representation["__typename"]
        if name == "Shelf":
            found = next((shelf for shelf in self.shelves if shelf["code"] == representation["code"]), None)
        elif "slug" in representation:
            found = self.by_slug.get(representation["slug"])
        else:
            found = self.objects.get((name, representation["id"]))
        if found is None or not _agrees(representation, found):
            return None
        if name == "User":  # it depends on fields that were not sent
            unknown = {field: -1 for field, needed in _REQUIRES.items() if needed not in representation}
            return {**found, **{field: wrong for field, wrong in unknown.items() if found[field] is not None}}
        return found

    def whole(self, text: str, variables: Object) -> Object:
        """The response of one schema over everything."""
        _, clients = planner()
        result = execute_sync(clients, parse(text), self.root, variable_values=variables)
        assert not result.errors, result.errors
        return dict(result.formatted)


class View(CoroutineTransport):
    """The transport of a subgraph over a world, with faults."""

    def __init__(self, name: str, world: World, faults: Faults) -> None:
        self._name = name
        self._world = world
        self._faults = faults
        self.bodies: list[bytes] = []

    async def send(self, request: SubgraphRequest) -> bytes:
        self.bodies.append(request.body)
        body = json.loads(request.body)
        root = {
            **self._world.root,
            "_entities": lambda _, representations: [self._world.entity(r) for r in representations],
        }
        result = execute_sync(
            subgraph_schema(self._name), parse(body["query"]), root, variable_values=body.get("variables") or {}
        )
        assert not result.errors or body.get("variables"), (result.errors, body)
        return self._faults.reply(self._name, request.body, json.loads(json.dumps(result.formatted)))

    def stream(self, request: SubgraphRequest) -> Any:
        raise NotImplementedError

    async def close(self) -> None:
        pass
