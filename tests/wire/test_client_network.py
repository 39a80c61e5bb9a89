"""What counts as one address."""

from __future__ import annotations

import pytest

from hanse_wire.client_network import client_network


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9%eth0", "2001:db8:1:2::/64"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("1.2.3.4", "1.2.3.4"),
        ("no:address", "no:address"),
        ("", ""),
    ],
)
def test_networks(address: str, network: str) -> None:
    assert client_network(address) == network
