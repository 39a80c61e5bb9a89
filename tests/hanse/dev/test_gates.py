"""The way of requests to subgraphs: their URLs, and what a mock takes the place of."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from hanse.dev.events import Event
from hanse.dev.gates import GateRules, Gates, without_urls
from hanse.dev.session import KnownSubgraph
from hanse_router.settings import RouterSettings
from hanse_router.transports.errors import SubgraphUnreachable
from tests.hanse.dev.test_files_and_urls import SubgraphServer, subgraph

__all__ = ["subgraph"]

NOWHERE = "http://127.0.0.1:9/"
SDL = "type Query { price: Int! } type Subscription { price: Int! }"
BODY = b'{"query": "{ price }"}'


@pytest.fixture
def reported() -> list[Event]:
    return []


@pytest.fixture
async def gates(reported: list[Event]) -> AsyncIterator[Gates]:
    rules = GateRules(mocked=frozenset({"mocked"}), mock_unavailable=True)
    gates = Gates(RouterSettings.load(), rules, reported.append)
    yield gates
    await gates.close()


def known(name: str, url: str) -> KnownSubgraph:
    return KnownSubgraph(name=name, sdl=SDL, url=url, origin="")


async def price(gates: Gates, name: str) -> int:
    status, body = await gates[name].handle(BODY, {})
    assert status == 200
    found: int = json.loads(body)["data"]["price"]
    return found


async def test_a_mock_answers_while_a_subgraph_does_not(
    gates: Gates, reported: list[Event], subgraph: SubgraphServer
) -> None:
    await gates.adopt([known("prices", NOWHERE), known("mocked", subgraph.url)])
    mocked = await price(gates, "prices")
    assert await price(gates, "mocked") == mocked != 3
    await gates.adopt([known("prices", subgraph.url)])
    assert await price(gates, "prices") == 3
    gates["prices"].down = "It is not running."
    assert await price(gates, "prices") == mocked
    assert [event.text for event in reported[1:]] == ["prices: available", "prices: mocked: It is not running."]


async def test_subscriptions_of_mocks(gates: Gates) -> None:
    await gates.adopt([known("mocked", NOWHERE)])
    async for event in gates["mocked"].stream(b'{"query": "subscription { price }"}', {}):
        assert isinstance(json.loads(event)["data"]["price"], int)
        break


async def test_urls_of_the_settings_win(subgraph: SubgraphServer) -> None:
    settings = RouterSettings.load(subgraphs={"prices": {"url": subgraph.url, "retries": 0}})
    assert without_urls(settings).subgraphs["prices"].url is None
    assert without_urls(settings).subgraphs["prices"].retries == 0
    gates = Gates(settings, GateRules(), lambda event: None)
    await gates.adopt([known("prices", NOWHERE)])
    assert await price(gates, "prices") == 3
    await gates.close()


async def test_without_mocks_the_reason_is_the_error() -> None:
    gates = Gates(RouterSettings.load(), GateRules(), lambda event: None)
    gates["prices"].down = "It is not running."
    with pytest.raises(SubgraphUnreachable, match="It is not running"):
        await gates["prices"].handle(BODY, {})
    for url in ("", "ftp://prices"):
        await gates.adopt([known("without", url)])
        with pytest.raises(SubgraphUnreachable, match=r"set subgraphs.without.url, or its routing_url; or mock it"):
            await gates["without"].handle(BODY, {})
    await gates.close()
