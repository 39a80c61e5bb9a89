"""The client's address behind proxies."""

from __future__ import annotations

import pytest

from hanse_router.server.address import ClientAddress
from hanse_wire.settings import SettingsError


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "expected"),
    [
        ([], "10.0.0.1", "1.2.3.4", "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", "1.2.3.4", "1.2.3.4"),
        (["10.0.0.0/8"], "10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
        (["10.0.0.0/8"], "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        (["10.0.0.0/8"], "9.9.9.9", "1.2.3.4", "9.9.9.9"),
        (["10.0.0.0/8"], "10.0.0.1", "nonsense", "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", "", "10.0.0.1"),
        (["::1"], "::1", "2001:db8::7", "2001:db8::7"),
    ],
)
def test_whom_to_believe(trusted: list[str], peer: str, forwarded: str, expected: str) -> None:
    scope = {"client": (peer, 1)}
    assert ClientAddress(trusted).of(scope, {"x-forwarded-for": forwarded}) == expected


def test_no_peer_and_no_network() -> None:
    assert ClientAddress([]).of({"client": None}, {}) is None
    with pytest.raises(SettingsError):
        ClientAddress(["proxy.example"])
