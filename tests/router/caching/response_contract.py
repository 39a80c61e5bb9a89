"""Responses that are kept, as clients see it; the same tests run over each store.

A module of tests subclasses the contract and gives it the fixture `store`: the settings of a store of the test's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.router.caching.world import CachingPlatform
from tests.router.platform import Reply
from tests.router.server.sockets import Socket

StoreSettings = dict[str, Any]


@pytest.fixture
async def shop(store: StoreSettings, tmp_path: Path) -> AsyncIterator[CachingPlatform]:
    """A router over the shop."""
    platform = CachingPlatform(
        tmp_path, store=store, headers={"propagate": ["accept-language"]}, authorization={"enabled": True}
    )
    await platform.router.start()
    yield platform
    await platform.router.stop()


def freshness(reply: Reply) -> tuple[str | None, str | None]:
    """What the reply says of its age."""
    return reply.headers.get("cache-control"), reply.headers.get("age")


async def ask(platform: CachingPlatform, request: Mapping[str, Any]) -> Reply:
    """The reply to a request given as a mapping."""
    return await platform.post(request["query"], **{key: value for key, value in request.items() if key != "query"})


class ResponseContract:
    """The tests."""

    async def test_a_second_client_gets_what_the_first_got(self, shop: CachingPlatform) -> None:
        first = await shop.post("{ asked }")
        second = await shop.post("{ asked }", headers={"authorization": shop.issuer.bearer()})
        assert first.body == second.body == b'{"data":{"asked":1}}'
        assert freshness(first) == ("max-age=60, public", "0")
        assert freshness(second)[0] == "max-age=60, public"
        assert "accept" in second.headers["vary"]
        metrics = (await shop.send("GET", "/metrics")).body.decode()
        assert 'hanse_cached_responses_total{result="hit"} 1.0' in metrics
        assert 'hanse_cached_responses_total{result="miss"} 1.0' in metrics

    async def test_all_transports_share_the_cache(self, shop: CachingPlatform) -> None:
        assert (await shop.post("{ asked }")).json["data"]["asked"] == 1
        async with Socket(shop) as socket:
            await socket.init()
            for query, answer in (("{ asked }", 1), ("{ asked  }", 2), ("{ asked  }", 2), ("{ never }", 3)):
                (message, _) = await socket.run(query)
                assert list(message["payload"]["data"].values()) == [answer]
        assert (await shop.post("{ asked  }")).json["data"]["asked"] == 2
        stream = await shop.post("{ asked }", headers={"accept": "text/event-stream"})
        assert b'data: {"data":{"asked":1}}' in stream.body

    async def test_private_responses_over_websocket_belong_to_their_caller(self, shop: CachingPlatform) -> None:
        seen: list[str] = []
        for user in ("ann", "bob", "ann"):
            async with Socket(shop, headers={"authorization": shop.issuer.bearer(sub=user, scope="read")}) as socket:
                await socket.init()
                (message, _) = await socket.run("{ mine }")
                seen.append(message["payload"]["data"]["mine"])
        assert seen == ["ann 1", "bob 2", "ann 1"]

    async def test_it_grows_old_and_goes(self, shop: CachingPlatform) -> None:
        first = await shop.post("{ fleeting }")
        assert (await shop.post("{ fleeting }")).body == first.body
        await asyncio.sleep(1.1)
        assert (await shop.post("{ fleeting }")).body != first.body
        await shop.post("{ asked }")
        await asyncio.sleep(1.1)
        assert freshness(await shop.post("{ asked }")) == ("max-age=60, public", "1")

    async def test_other_operations_variables_names_and_headers_have_their_own(self, shop: CachingPlatform) -> None:
        text = "query A($a: Int, $any: Any) { asked(a: $a, any: $any) } query B { asked }"
        requests: list[dict[str, Any]] = [
            {"query": "{ asked }"},
            {"query": "{ asked  }"},
            {"query": text, "operationName": "A"},
            {"query": text, "operationName": "B"},
            {"query": text, "operationName": "A", "variables": {"a": 1}},
            {"query": text, "operationName": "A", "variables": {"a": None}},
            {"query": text, "operationName": "A", "variables": {"any": 1}},
            {"query": text, "operationName": "A", "variables": {"any": "1"}},
            {"query": text, "operationName": "A", "variables": {"any": {"b": 1, "c": [True]}}},
            {"query": "{ asked }", "headers": {"accept-language": "de"}},
        ]
        for _ in range(2):
            answers = [(await ask(shop, request)).json["data"]["asked"] for request in requests]
            assert answers == list(range(1, len(requests) + 1))
        swapped = {"query": text, "operationName": "A", "variables": {"any": {"c": [True], "b": 1}, "unknown": 3}}
        assert (await ask(shop, swapped)).json["data"]["asked"] == 9

    async def test_what_is_private_is_its_callers_alone(self, shop: CachingPlatform) -> None:
        for field in ("mine", "closed"):
            seen: dict[str, str] = {}
            for user in ("ann", "bob", "ann", "bob"):
                bearer = shop.issuer.bearer(sub=user, scope="read")
                reply = await shop.post(f"{{ {field} }}", headers={"authorization": bearer})
                answer = reply.json["data"][field]
                assert answer.startswith(user)
                assert seen.setdefault(user, answer) == answer, "kept"
                assert freshness(reply)[0] == "max-age=60, private"
                assert "authorization" in reply.headers["vary"]
            other_rights = shop.issuer.bearer(sub="ann", scope="read more")
            reply = await shop.post(f"{{ {field} }}", headers={"authorization": other_rights})
            assert reply.json["data"][field] != seen["ann"]

    async def test_nobody_gets_what_they_may_not_see(self, shop: CachingPlatform) -> None:
        able = {"authorization": shop.issuer.bearer(sub="ann", scope="write")}
        unable = {"authorization": shop.issuer.bearer(sub="ann", scope="read")}
        assert (await shop.post("{ scoped asked }", headers=able)).json["data"]["scoped"].startswith("ann")
        for headers in (unable, {}, unable):
            reply = await shop.post("{ scoped asked }", headers=headers)
            assert reply.json["data"]["scoped"] is None
            assert reply.codes == ["UNAUTHORIZED_FIELD_OR_TYPE"]
            assert freshness(reply) == ("no-store", None)

    async def test_what_is_private_is_not_kept_for_the_anonymous(self, shop: CachingPlatform) -> None:
        first, second = await shop.post("{ mine }"), await shop.post("{ mine }")
        assert first.body != second.body
        assert freshness(second) == ("no-store", None)

    async def test_errors_mutations_and_what_has_no_directive_are_never_kept(self, shop: CachingPlatform) -> None:
        for _ in range(2):
            failed = await shop.post("{ fails asked }")
            assert failed.json["errors"]
            assert freshness(failed) == ("no-store", None)
        for text in ("mutation { change }", "{ never }", "{ never asked }"):
            first, second = await shop.post(text), await shop.post(text)
            assert first.body != second.body
            assert freshness(second) == (None, None)

    async def test_integers_of_any_size_distinguish_responses(self, shop: CachingPlatform) -> None:
        text = "query ($any: Any) { asked(any: $any) }"
        asked = []
        for number in (10**30, 10**30 + 1, 10**30):
            body = b'{"query":"%s","variables":{"any":%d}}' % (text.encode(), number)
            reply = await shop.send("POST", "/graphql", headers={"content-type": "application/json"}, body=body)
            asked.append(reply.json["data"]["asked"])
        assert asked == [1, 2, 1]
