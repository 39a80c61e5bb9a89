"""Requests that browsers send for other sites."""

from __future__ import annotations

import pytest

from hanse_router.errors import CsrfRefused
from hanse_router.guards.csrf import CsrfGuard
from hanse_router.settings import CorsSettings, CsrfSettings

HOST = {"host": "api.example"}


def passes(headers: dict[str, str], **settings: object) -> bool:
    guard = CsrfGuard(CsrfSettings.model_validate(settings), CorsSettings(origins=("https://shop.example",)))
    try:
        guard.check({**HOST, **headers})
    except CsrfRefused:
        return False
    return True


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, True),
        ({"content-type": "application/json", "sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": "https://api.example"}, True),
        ({"origin": "https://shop.example", "sec-fetch-site": "cross-site"}, True),
        ({"referer": "https://evil.example/page"}, False),
        ({"content-type": "text/plain;charset=UTF-8", "origin": "https://evil.example"}, False),
        ({"sec-fetch-site": "cross-site", "apollo-require-preflight": "1"}, True),
        ({"sec-fetch-site": "cross-site", "x-apollo-operation-name": "A"}, True),
    ],
)
def test_who_passes(headers: dict[str, str], expected: bool) -> None:
    assert passes(headers) is expected


def test_switched_off() -> None:
    assert passes({"sec-fetch-site": "cross-site"}, enabled=False)
