"""Retries of failed queries."""

from __future__ import annotations

import asyncio

import pytest

from hanse_router.in_flight import InFlight
from hanse_router.transports import TransportError, TransportOptions
from hanse_router.transports.errors import MalformedResponse, SubgraphHttpError
from hanse_router.transports.middleware.retry import RetryingTransport
from hanse_router.transports.protocol import SubgraphRequest
from tests.router.transports.fakes import MUTATION, QUERY, Scripted, unreachable


def retrying(inner: Scripted, retries: int, backoff: float = 0.001) -> RetryingTransport:
    """A transport that retries `inner`."""
    return RetryingTransport(inner, TransportOptions(retries=retries, backoff=backoff))


async def test_a_query_is_sent_again() -> None:
    inner = Scripted(unreachable(), SubgraphHttpError("busy", status=503))
    assert await retrying(inner, 2).send(QUERY) == b"{}"
    assert inner.sent == 3


async def test_retries_are_bounded() -> None:
    inner = Scripted(*(unreachable() for _ in range(5)))
    with pytest.raises(TransportError):
        await retrying(inner, 2).send(QUERY)
    assert inner.sent == 3


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (MUTATION, unreachable()),
        (QUERY, SubgraphHttpError("wrong", status=400)),
        (QUERY, MalformedResponse("what")),
    ],
)
async def test_what_a_retry_may_harm_or_cannot_help_is_sent_once(
    request_: SubgraphRequest, error: TransportError
) -> None:
    inner = Scripted(error)
    with pytest.raises(TransportError):
        await retrying(inner, 3).send(request_)
    assert inner.sent == 1


@pytest.mark.parametrize("seconds", [0, 0.05])
async def test_cancelling_stops_the_attempts(seconds: float) -> None:
    """During an attempt, or while the next one is waited for."""
    inner = Scripted(*(unreachable() for _ in range(5)))
    outcomes: list[bytes | BaseException] = []
    attempts: InFlight = retrying(inner, 3, backoff=30).start(QUERY, outcomes.append)
    await asyncio.sleep(seconds)
    attempts.cancel()
    assert not outcomes
    await asyncio.sleep(0.01)
    assert len(outcomes) == 1
    assert isinstance(outcomes[0], asyncio.CancelledError if seconds else BaseException)
    assert inner.sent <= 1
