"""Pictures of products and of users: everybody sees them, their owners choose them."""

from __future__ import annotations

from typing import Any

import httpx

from hanse_subgraph.events.envelope import Event
from hanse_subgraph.ids import new_id
from hanse_subgraph.subgraph_app import SubgraphApp
from tests.subgraphs.harness import Person, Router, Statements, events_of, eventually
from tests.subgraphs.media.samples import DELETE, picture, upload

CHOOSE = "mutation ($product: ID!, $media: [ID!]!) { setProductImages(productId: $product, mediaIds: $media) { id } }"
AVATAR = "mutation ($media: ID) { setAvatar(mediaId: $media) { id avatar { id } } }"
SHOWN = """query ($of: [_Any!]!) { _entities(representations: $of) {
  ... on Product { id images { id url } } ... on User { id avatar { id url } } } }"""


def product(product_id: str, seller: Person) -> dict[str, Any]:
    """A product as the router brings it, with its seller."""
    return {"__typename": "Product", "id": product_id, "seller": {"id": seller.user_id}}


async def new_product(media: SubgraphApp) -> str:
    """The id of a product that the catalog tells of."""
    assert media.events is not None
    product_id = new_id()
    await media.events.append([Event(type="product.created", subject=product_id, source="/catalog", data={})])
    return product_id


async def images(asker: Person, product_id: str, seller: Person) -> list[str]:
    """The ids of a product's pictures."""
    found = await asker.get(SHOWN, of=[product(product_id, seller)])
    return [image["id"] for image in found["_entities"][0]["images"]]


async def test_a_product_shows_what_its_seller_has_chosen(
    owner: Person, stranger: Person, http: httpx.AsyncClient, media: SubgraphApp, router: Router
) -> None:
    anybody, known = Person(media, router), await new_product(media)
    one, two = [(await upload(owner, http, picture(20, 20)))["id"] for _ in range(2)]
    foreign = (await upload(stranger, http, picture(20, 20)))["id"]
    assert (await owner.get(CHOOSE, product=known, media=[two, one]))["setProductImages"]["id"] == known
    await stranger.get(CHOOSE, product=known, media=[foreign])
    assert await images(anybody, known, owner) == [two, one]
    assert await images(anybody, known, stranger) == [foreign], "each seller's choice is kept apart"
    await owner.get(CHOOSE, product=known, media=[one])
    assert await images(anybody, known, owner) == [one]
    await owner.get(DELETE, id=one)
    assert await images(anybody, known, owner) == []
    emitted = await events_of(media, "product.images_set", count=3)
    assert [event.data["mediaIds"] for event in emitted] == [[two, one], [foreign], [one]]


async def test_only_pictures_of_ones_own_are_chosen(
    owner: Person, stranger: Person, http: httpx.AsyncClient, media: SubgraphApp
) -> None:
    known = await new_product(media)
    foreign = (await upload(stranger, http, picture(20, 20)))["id"]
    text = (await upload(owner, http, b"Frachtbrief"))["id"]
    mine = (await upload(owner, http, picture(20, 20)))["id"]
    for media_id in (foreign, new_id(), "nonsense"):
        assert (await owner(CHOOSE, product=known, media=[mine, media_id])).codes == ["NOT_FOUND"]
        assert (await owner(AVATAR, media=media_id)).codes == ["NOT_FOUND"]
    assert (await owner(CHOOSE, product=known, media=[text])).fields == [("mediaIds", "NOT_AN_IMAGE")]
    assert (await owner(AVATAR, media=text)).fields == [("mediaId", "NOT_AN_IMAGE")]
    assert (await owner(CHOOSE, product=known, media=[mine, mine])).fields == [("mediaIds", "REPEATED")]
    many = [new_id() for _ in range(4)]
    assert (await owner(CHOOSE, product=known, media=many)).fields == [("mediaIds", "TOO_MANY")]
    assert await images(owner, known, owner) == []


async def test_an_avatar_is_set_and_taken_away(
    owner: Person, http: httpx.AsyncClient, media: SubgraphApp, router: Router
) -> None:
    one, two = [(await upload(owner, http, picture(20, 20)))["id"] for _ in range(2)]
    anybody, me = Person(media, router), [{"__typename": "User", "id": owner.user_id}]
    for chosen in (one, two, None):
        shown = {"id": chosen} if chosen else None
        assert (await owner.get(AVATAR, media=chosen))["setAvatar"] == {"id": owner.user_id, "avatar": shown}
        seen = (await anybody.get(SHOWN, of=me))["_entities"][0]["avatar"]
        assert (seen and seen["id"]) == chosen
    await owner.get(AVATAR, media=one)
    await owner.get(DELETE, id=one)
    assert (await anybody.get(SHOWN, of=me))["_entities"][0]["avatar"] is None
    assert len(await events_of(media, "user.avatar_set", count=4)) == 4


async def test_a_hundred_products_and_users_take_three_statements(
    owner: Person, http: httpx.AsyncClient, media: SubgraphApp
) -> None:
    known = [await new_product(media), *(new_id() for _ in range(99))]
    shown = (await upload(owner, http, picture(20, 20)))["id"]
    await owner.get(CHOOSE, product=known[0], media=[shown])
    await owner.get(AVATAR, media=shown)
    users = [{"__typename": "User", "id": user_id} for user_id in (owner.user_id, *(new_id() for _ in range(99)))]
    statements = Statements(media)
    found = await owner.get(SHOWN, of=[*(product(key, owner) for key in known), *users])
    assert [len(item["images"]) for item in found["_entities"][:100]] == [1, *[0] * 99]
    assert [item["avatar"] is not None for item in found["_entities"][100:]] == [True, *[False] * 99]
    assert len(statements.seen) == 3, "the images in two batches, and the avatars"


async def test_what_belongs_to_the_gone_is_gone(owner: Person, http: httpx.AsyncClient, media: SubgraphApp) -> None:
    known, kept = await new_product(media), (await upload(owner, http, picture(20, 20)))["id"]
    await owner.get(CHOOSE, product=known, media=[kept])
    await owner.get(AVATAR, media=kept)

    async def mine() -> int:
        return int((await owner.get("{ myMedia { totalCount } }"))["myMedia"]["totalCount"])

    async def shown() -> list[str]:
        return await images(owner, known, owner)

    assert media.events is not None
    await media.events.append([Event(type="product.deleted", subject=known, source="/catalog", data={})])
    await eventually(shown, [])
    assert await mine() == 1, "the pictures stay with whose they are"
    await media.events.append([Event(type="user.deleted", subject=str(owner.user_id), source="/users", data={})])
    await eventually(mine, 0)
    assert len(await events_of(media, "media.deleted", count=1)) == 1
