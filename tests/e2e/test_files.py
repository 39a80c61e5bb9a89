"""Pictures over the router's port: uploaded, set for a product and a user, and public."""

from __future__ import annotations

from pathlib import Path

import aiohttp

from tests.e2e.client import Client
from tests.e2e.platforms import embedded
from tests.e2e.test_story import CREATE_PRODUCT, PERSON, PRODUCT, REGISTER
from tests.subgraphs.media.samples import picture

CHOOSE = """mutation ($product: ID!, $media: ID!) {
  setProductImages(productId: $product, mediaIds: [$media]) { name images { id } }
  setAvatar(mediaId: $media) { username avatar { id } }
}"""
SEEN = "query ($id: ID!) { product(id: $id) { images { url owner { username } } seller { avatar { width } } } }"


async def test_a_picture_s_way(tmp_path: Path) -> None:
    with embedded(tmp_path, "--no-demo") as (url, _):
        async with aiohttp.ClientSession() as http:
            client, base = Client(url, http), url.removesuffix("/graphql")
            client.token = (await client.data(REGISTER, input=PERSON))["register"]["accessToken"]
            product = (await client.data(CREATE_PRODUCT, input=PRODUCT))["createProduct"]["id"]
            headers = {"authorization": f"Bearer {client.token}"}
            async with http.post(f"{base}/files?name=Kai.png", data=picture(), headers=headers) as answer:
                assert answer.status == 201
                sent = await answer.json()
            chosen = await client.data(CHOOSE, product=product, media=sent["id"])
            assert chosen["setProductImages"] == {"name": "Astrolabe", "images": [{"id": sent["id"]}]}
            assert chosen["setAvatar"] == {"username": "ada", "avatar": {"id": sent["id"]}}
            seen = (await Client(url, http).data(SEEN, id=product))["product"]
            assert seen["seller"] == {"avatar": {"width": 640}}
            assert seen["images"][0]["owner"] == {"username": "ada"}
            assert seen["images"][0]["url"].startswith(f"{base}/files/")
            async with http.get(seen["images"][0]["url"], headers={"range": "bytes=0-3"}) as answer:
                assert (answer.status, await answer.read()) == (206, b"\x89PNG")
