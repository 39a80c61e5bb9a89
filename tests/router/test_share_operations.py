"""Equal queries of clients that are under way at the same time: run once, where the settings say so."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.router.platform import Platform
from tests.router.server.sockets import Socket

ECHO = "query ($a: Int!) { slow echo(a: $a) }"


@pytest.fixture
def sharing(tmp_path: Path) -> Platform:
    """A router that shares."""
    return Platform(tmp_path, share_operations=True)


def signed_in(platform: Platform, who: str) -> dict[str, str]:
    """The header of a client's token."""
    return {"authorization": f"Bearer {platform.issuer.token(sub=who)}"}


async def run(platform: Platform, *asked: dict[str, Any]) -> int:
    """How often the subgraph was asked for these, all at once."""
    before = len(platform.subgraphs["accounts"].requests)
    for reply in await asyncio.gather(*(platform.post(**one) for one in asked)):
        assert reply.status == 200
        assert "errors" not in reply.json, reply.json
    return len(platform.subgraphs["accounts"].requests) - before


async def test_equal_queries_run_once(sharing: Platform) -> None:
    ann = signed_in(sharing, "ann")
    assert await run(sharing, *[{"query": "{ slow }", "headers": ann}] * 5) == 1
    assert await run(sharing, *[{"query": "{ slow }", "headers": ann}] * 2) == 1


async def test_what_could_make_another_answer_runs_for_itself(sharing: Platform) -> None:
    ann, bob = signed_in(sharing, "ann"), signed_in(sharing, "bob")
    callers: list[dict[str, Any]] = [
        {"query": "{ slow caller }", "headers": headers} for headers in (ann, bob, {}, ann, bob, {})
    ]
    replies = await asyncio.gather(*(sharing.post(**one) for one in callers))
    assert [reply.json["data"]["caller"] for reply in replies] == ["ann", "bob", "nobody"] * 2
    assert len(sharing.subgraphs["accounts"].requests) == 3
    assert await run(sharing, {"query": "{ slow }"}, {"query": "{ slow hello }"}, {"query": "{ slow  }"}) == 3
    echoes = await asyncio.gather(*(sharing.post(ECHO, variables={"a": a}, headers=ann) for a in (1, 2, 1)))
    assert [reply.json["data"]["echo"] for reply in echoes] == ['{"a":1}', '{"a":2}', '{"a":1}']


async def test_mutations_run_each(sharing: Platform) -> None:
    assert await run(sharing, *[{"query": "mutation { slowly }"}] * 3) == 3


async def test_nothing_is_shared_by_default(platform: Platform) -> None:
    assert await run(platform, *[{"query": "{ slow }"}] * 3) == 3


async def test_each_use_counts_for_rate_limits(sharing: Platform) -> None:
    replies = await asyncio.gather(*(sharing.post("{ slow limited }") for _ in range(5)))
    assert sorted(reply.status for reply in replies) == [200] * 3 + [429] * 2
    assert len(sharing.subgraphs["accounts"].requests) == 1


async def test_queries_are_deduplicated_over_all_transports(sharing: Platform) -> None:
    async with Socket(sharing) as one, Socket(sharing) as two:
        await one.init()
        await two.init()
        query = "{ slow hello }"
        stream = sharing.post(query, headers={"accept": "text/event-stream"})
        replies = await asyncio.gather(one.run(query), two.run(query), stream, sharing.post(query))
        assert replies[0] == replies[1]
        assert replies[0][0]["payload"] == replies[3].json == {"data": {"slow": 1, "hello": "world"}}
        assert replies[3].body in replies[2].body
    assert len(sharing.subgraphs["accounts"].requests) == 1


async def test_callers_with_the_same_rights_share_the_errors_of_denied_fields(sharing: Platform) -> None:
    first, second = await asyncio.gather(*(sharing.post("{ slow secret }") for _ in range(2)))
    assert first.body == second.body
    assert first.codes == ["UNAUTHORIZED_FIELD_OR_TYPE"]
    assert len(sharing.subgraphs["accounts"].requests) == 1
