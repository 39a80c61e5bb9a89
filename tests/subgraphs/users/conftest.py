"""Who calls the users subgraph."""

from __future__ import annotations

import pytest

from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.users.first_admin import make_admin
from subgraphs.users.service.accounts import NewUser
from subgraphs.users.settings import UsersSettings
from tests.subgraphs.harness import Person, Router, an_admin


@pytest.fixture
def anyone(users: SubgraphApp, router: Router) -> Person:
    """Who is not signed in."""
    return Person(users, router)


@pytest.fixture
async def admin(users: SubgraphApp, router: Router) -> Person:
    """An admin with an account."""
    assert isinstance(users.settings, UsersSettings)
    user = await make_admin(users.settings, NewUser("root@hanse.example", "root", "seven wide seas"))
    return an_admin(users, router, user.id, "users:write")
