"""Delays after failed sign-ins."""

from __future__ import annotations

import pytest

from hanse_subgraph.auth import Client
from hanse_subgraph.errors import TooManyAttempts
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.users import repository
from subgraphs.users.service.throttle import Throttle, source_of
from subgraphs.users.settings import UsersSettings
from tests.subgraphs.harness import Person, Router
from tests.subgraphs.users.test_accounts import register
from tests.subgraphs.users.test_sign_in import LOGIN, login

ATTACKER = Client("198.51.100.7", "guesser")


class Slept:
    """The delays asked for, in seconds."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(round(seconds, 1))


async def delays(users: SubgraphApp, client: Client, times: int, name: str = "ann") -> list[float]:
    """The delay of each of some failing attempts."""
    assert isinstance(users.settings, UsersSettings)
    throttle, found = Throttle(users.settings), []
    for _ in range(times):
        async with users.database.writing() as session:
            user = await repository.user_by_login(session, name)
            guess = await throttle.guess(session, user, name, client)
            await throttle.failed(session, guess)
            found.append(guess.delay)
    return found


@pytest.mark.parametrize("name", ["ann", "nobody"])
async def test_delays_double_up_to_a_maximum(name: str, anyone: Person, users: SubgraphApp) -> None:
    await register(anyone)
    assert await delays(users, ATTACKER, 11, name) == [0] * 5 + [0.25, 0.5, 1.0, 2.0, 4.0, 4.0]
    assert await delays(users, Client("203.0.113.9"), 1, name) == [0], "another address"


async def test_an_attack_from_many_addresses_slows_new_devices_only(
    anyone: Person, users: SubgraphApp, router: Router
) -> None:
    await register(Person(users, router, None, {"client_ip": "192.0.2.1", "user_agent": "browser"}))
    for number in range(10):
        await delays(users, Client(f"198.51.100.{number}"), 5)
    assert await delays(users, Client("203.0.113.9", "browser"), 1) == [0.25]
    assert await delays(users, Client("192.0.2.1", "browser"), 1) == [0]


async def test_attempts_of_one_source_wait_for_each_other(anyone: Person, users: SubgraphApp) -> None:
    await register(anyone)
    await delays(users, ATTACKER, 10)
    slept = Slept()
    assert isinstance(users.settings, UsersSettings)
    throttle = Throttle(users.settings, sleep=slept)
    async with users.database.reading() as session:
        guess = await throttle.guess(session, await repository.user_by_login(session, "ann"), "ann", ATTACKER)
    await throttle.wait(guess)
    await throttle.wait(guess)
    with pytest.raises(TooManyAttempts) as refused:
        await throttle.wait(guess)
    assert slept.seconds == [4.0, 8.0]
    assert refused.value.seconds == 8


async def test_a_success_forgets_the_failures_of_its_source(users: SubgraphApp, router: Router) -> None:
    here = Person(users, router, None, {"client_ip": "192.0.2.1", "user_agent": "browser"})
    await register(here)
    for _ in range(4):
        await here(LOGIN, login="ann", password="wrong")
    await login(here)
    assert await delays(users, Client("192.0.2.1", "browser"), 5) == [0] * 5


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        (None, "-"),
        ("not an address" * 10, ("not an address" * 10)[:64]),
    ],
)
def test_sources(address: str | None, source: str) -> None:
    assert source_of(Client(address)) == source
