"""A day at the market: one long scenario over the router, for any platform on a `Stage`.

Ada signs up, shows that her address is hers, and sells an astrolabe with a picture of it. Ben buys until he may owe no
more, and pays. Both find their actions in their audit trails, and their notifications; Vera, the admin, sees the live
numbers move, and that the audit trail holds.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.e2e.client import Client, Subscription
from tests.e2e.stage import ADMIN, ADMIN_PASSWORD, Stage, token_in
from tests.subgraphs.media.samples import picture

REGISTER = """mutation Register($input: RegisterInput!) {
  register(input: $input) { accessToken user { id username email emailVerified } }
}"""
LOGIN = """mutation Login($login: String!, $password: String!) {
  login(login: $login, password: $password) { accessToken }
}"""
VERIFY = "mutation Verify($token: String!) { verifyEmail(token: $token) { username emailVerified } }"
REQUEST_UPLOAD = """mutation Request($input: RequestUploadInput!) {
  requestUpload(input: $input) { method url headers { name value } media { id completed } }
}"""
COMPLETE_UPLOAD = """mutation Complete($id: ID!) {
  completeUpload(id: $id) { mimeType width height sizeBytes completed thumbnailUrl }
}"""
SELL = "mutation Sell($input: CreateProductInput!) { createProduct(input: $input) { id stock seller { username } } }"
SHOW = """mutation Show($product: ID!, $media: ID!) {
  setProductImages(productId: $product, mediaIds: [$media]) { name images { id } }
}"""
LOOK = """query Look($id: ID!) {
  product(id: $id) { name price { amountMinor currency } seller { username email } images { url width } }
}"""
BUY = """mutation Buy($input: CreateTransactionInput!) {
  createTransaction(input: $input) { id status product { name seller { username } } }
}"""
OWED = "query Owed { myBalance { owed { amountMinor } available { amountMinor } paid { amountMinor } } }"
PAY = "mutation Pay { payTransactions { total { amountMinor } transactions { status } } }"
TRAIL = "query Trail { myAuditTrail(first: 50) { nodes { action user { username } clientIp } } }"
NOTIFICATIONS = "query Notifications { myNotifications(first: 50) { nodes { kind title readAt } } }"
NOTIFICATIONS_LIVE = "subscription NotificationsLive { notificationAdded { kind title } }"
LIVE = """subscription Live {
  liveStats(intervalMs: 100) { users products totalTransactions totalPaidTransactions totalPaidAmount mediaBytes }
}"""
VERDICT = "query Verdict { verifyAuditTrail { intact intactEntries problem } verifyLedger { holds } }"
RANKING = "query Ranking { topProducts(limit: 1) { transactions product { name seller { username } } } }"

ADA = {"email": "ada@example.org", "username": "ada", "password": "a-long-quiet-harbour", "firstName": "Ada"}
BEN = {"email": "ben@example.org", "username": "ben", "password": "nine-green-bottles-9", "firstName": "Ben"}
PRICE = {"amountMinor": 300_00, "currency": "EUR"}  # the limit of 1000.00 holds three of them
STOCK, BOUGHT = 5, 3


@dataclass
class Cast:
    """Who plays."""

    ada: Client
    ben: Client
    vera: Client
    anybody: Client


async def play(stage: Stage) -> None:
    """The whole day. Each scene depends on the previous ones."""
    async with aiohttp.ClientSession() as http:
        cast = Cast(*(Client(stage.url, http) for _ in range(4)))
        cast.vera.token = (await cast.vera.data(LOGIN, login=ADMIN, password=ADMIN_PASSWORD))["login"]["accessToken"]
        async with cast.vera.subscription(LIVE) as live:
            before = await first(live)
            await ada_signs_up(stage, cast.ada)
            await ada_verifies_her_address(stage, cast.ada)
            media_id, size = await ada_uploads_a_picture(cast.ada)
            product_id = await ada_sells_an_astrolabe(cast, media_id)
            await sign_up(cast.ben, BEN)
            await verify(stage, cast.ben, BEN)
            async with cast.ben.subscription(NOTIFICATIONS_LIVE) as events:
                await ben_buys_until_he_may_owe_no_more(cast.ben, product_id)
                await ben_pays(cast.ben)
                await ben_is_told_at_once(stage, events)
            await the_numbers_move(stage, live, before, size)
        await both_find_what_they_did(stage, cast)
        await both_find_what_they_were_told(stage, cast)
        await all_of_it_holds(stage, cast.vera)


async def ada_signs_up(stage: Stage, ada: Client) -> None:
    user = await sign_up(ada, ADA)
    assert user["emailVerified"] is False


async def ada_verifies_her_address(stage: Stage, ada: Client) -> None:
    token = await verify(stage, ada, ADA)
    assert "ada" in await stage.mail(ADA["email"], "Welcome")
    assert await ada.errors(VERIFY, token=token), "the link is used up"


async def ada_uploads_a_picture(ada: Client) -> tuple[str, int]:
    """Ask where, put it there, and say that it is done: the picture's id and size."""
    content = picture()
    message = {"name": "Astrolabe.png", "sizeBytes": len(content), "mimeType": "image/png"}
    message["sha256"] = hashlib.sha256(content).hexdigest()
    requests = (await ada.data(REQUEST_UPLOAD, input=message))["requestUpload"]
    assert requests["media"]["completed"] is False
    headers = {header["name"]: header["value"] for header in requests["headers"]}
    async with ada.http.request(requests["method"], requests["url"], data=content, headers=headers) as reply:
        assert reply.status in (200, 204), await reply.text()
    media_id: str = requests["media"]["id"]
    done = (await ada.data(COMPLETE_UPLOAD, id=media_id))["completeUpload"]
    assert (done["completed"], done["mimeType"], done["sizeBytes"]) == (True, "image/png", len(content))
    assert (done["width"], done["height"]) == (640, 480)
    async with ada.http.get(done["thumbnailUrl"]) as reply:
        assert (await reply.read())[8:12] == b"WEBP"
    return media_id, len(content)


async def ada_sells_an_astrolabe(cast: Cast, media_id: str) -> str:
    offer = {"name": "Astrolabe", "price": PRICE, "stock": STOCK, "category": "sports/sailing"}
    made = (await cast.ada.data(SELL, input=offer))["createProduct"]
    assert made["seller"] == {"username": "ada"}
    product_id: str = made["id"]
    shown = (await cast.ada.data(SHOW, product=product_id, media=media_id))["setProductImages"]
    assert shown == {"name": "Astrolabe", "images": [{"id": media_id}]}
    seen = (await cast.anybody.data(LOOK, id=product_id))["product"]
    assert seen["price"] == PRICE
    assert seen["seller"] == {"username": "ada", "email": None}, "her address is not for everybody"
    async with cast.anybody.http.get(seen["images"][0]["url"], headers={"range": "bytes=0-3"}) as reply:
        assert (reply.status, await reply.read()) == (206, b"\x89PNG")
    return product_id


async def ben_buys_until_he_may_owe_no_more(ben: Client, product_id: str) -> None:
    order = {"amount": PRICE, "description": "An astrolabe", "productId": product_id}
    for number in range(BOUGHT):
        for _ in range(2):  # sent twice by a nervous hand: it is one purchase
            bought = (await ben.data(BUY, input={**order, "idempotencyKey": f"astrolabe {number}"}))[
                "createTransaction"
            ]
            assert bought["product"] == {"name": "Astrolabe", "seller": {"username": "ada"}}
    [refused] = await ben.errors(BUY, input=order)
    assert refused["extensions"]["code"] == "CONFLICT"
    owed = (await ben.data(OWED))["myBalance"]
    assert owed["owed"] == {"amountMinor": 900_00}
    assert owed["available"] == {"amountMinor": 100_00}


async def ben_pays(ben: Client) -> None:
    paid = (await ben.data(PAY))["payTransactions"]
    assert paid["total"] == {"amountMinor": 900_00}
    assert [transaction["status"] for transaction in paid["transactions"]] == ["PAID"] * BOUGHT
    balance = (await ben.data(OWED))["myBalance"]
    assert (balance["owed"], balance["paid"]) == ({"amountMinor": 0}, {"amountMinor": 900_00})


async def ben_is_told_at_once(stage: Stage, events: Subscription) -> None:
    receipts: list[str] = []
    async with asyncio.timeout(stage.patience):
        while len(receipts) < BOUGHT:
            notification = (await events.next())["notificationAdded"]
            if notification["kind"] != "WELCOME":  # which may still be on its way
                receipts.append(notification["title"])
    assert all("300.00 EUR" in title for title in receipts)
    assert "An astrolabe" in await stage.mail(BEN["email"], "Receipt")


async def the_numbers_move(stage: Stage, live: Subscription, before: dict[str, Any], size: int) -> None:
    wanted = {
        "users": before["users"] + 2,
        "products": before["products"] + 1,
        "totalTransactions": before["totalTransactions"] + BOUGHT,
        "totalPaidTransactions": before["totalPaidTransactions"] + BOUGHT,
        "totalPaidAmount": str(int(before["totalPaidAmount"]) + 900_00),
        "mediaBytes": str(int(before["mediaBytes"]) + size),
    }
    async with asyncio.timeout(stage.patience):
        while (await live.next())["liveStats"] != wanted:
            pass


async def both_find_what_they_did(stage: Stage, cast: Cast) -> None:
    async def actions(person: Client) -> set[str]:
        nodes = (await person.data(TRAIL))["myAuditTrail"]["nodes"]
        assert all(node["clientIp"] for node in nodes if node["user"] is not None)
        return {node["action"] for node in nodes}

    ada = {"user.registered", "user.email_verified", "media.uploaded", "product.created", "product.images_set"}
    ben = {"user.registered", "transaction.created", "transaction.paid"}
    await eventually(stage, actions, cast.ada, lambda found: ada <= found and not found & {"transaction.created"})
    await eventually(stage, actions, cast.ben, lambda found: ben <= found and not found & {"product.created"})


async def both_find_what_they_were_told(stage: Stage, cast: Cast) -> None:
    async def kinds(person: Client) -> list[str]:
        return sorted(node["kind"] for node in (await person.data(NOTIFICATIONS))["myNotifications"]["nodes"])

    await eventually(stage, kinds, cast.ada, lambda found: found == ["WELCOME"])
    await eventually(stage, kinds, cast.ben, lambda found: found == ["RECEIPT"] * BOUGHT + ["WELCOME"])


async def all_of_it_holds(stage: Stage, vera: Client) -> None:
    verdict = await vera.data(VERDICT)
    assert verdict["verifyAuditTrail"]["intact"], verdict
    assert verdict["verifyAuditTrail"]["intactEntries"] > 10
    assert verdict["verifyLedger"] == {"holds": True}
    [top] = (await vera.data(RANKING))["topProducts"]
    assert top == {"transactions": BOUGHT, "product": {"name": "Astrolabe", "seller": {"username": "ada"}}}


async def sign_up(person: Client, who: dict[str, str]) -> dict[str, Any]:
    """Make an account and go on in its name: the user."""
    made = (await person.data(REGISTER, input=who))["register"]
    person.token = made["accessToken"]
    user: dict[str, Any] = made["user"]
    assert user["username"] == who["username"]
    return user


async def verify(stage: Stage, person: Client, who: dict[str, str]) -> str:
    """Verify the address with the link in the mail: its token."""
    token = token_in(await stage.mail(who["email"], "Verify your email address"))
    verified = (await person.data(VERIFY, token=token))["verifyEmail"]
    assert verified == {"username": who["username"], "emailVerified": True}
    return token


async def first(live: Subscription) -> dict[str, Any]:
    """The numbers at the start."""
    stats: dict[str, Any] = (await live.next())["liveStats"]
    return stats


async def eventually(
    stage: Stage, ask: Callable[[Client], Any], person: Client, is_wanted: Callable[[Any], bool]
) -> None:
    """Ask until the answer is as wanted; it must be so in time."""
    deadline = time.monotonic() + stage.patience
    while not is_wanted(found := await ask(person)):
        assert time.monotonic() < deadline, f"not in {stage.patience} seconds: {found}"
        await asyncio.sleep(0.2)
