"""What the users subgraph declares to the project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hanse_subgraph.declaration import Subgraph, TokenIssuer
from hanse_subgraph.events.topics import Topic
from hanse_subgraph.platform import Platform

if TYPE_CHECKING:
    import click

    from hanse_subgraph.demo import DemoData
    from hanse_subgraph.events.data import EventData
    from hanse_subgraph.subgraph_app import SubgraphApp


def _create(given: Mapping[str, Any], platform: Platform) -> SubgraphApp:
    from subgraphs.users.app import create
    from subgraphs.users.settings import UsersSettings

    return create(UsersSettings.load(**given), platform)


def _events() -> Sequence[type[EventData]]:
    from subgraphs.users.events import PUBLISHED

    return PUBLISHED


def _token_issuer(app: SubgraphApp) -> TokenIssuer:
    from subgraphs.users.app import token_issuer

    return token_issuer(app)


def _demo() -> DemoData:
    from subgraphs.users.demo import UsersDemo

    return UsersDemo()


def _users_commands(platform: Platform) -> click.Command:
    from subgraphs.users.commands import users

    return users


def _keys_commands(platform: Platform) -> click.Command:
    from subgraphs.users.commands import keys

    return keys


subgraph = Subgraph(
    create=_create,
    topics=(Topic("users", kinds=("user", "sign_in", "api_key")),),
    events=_events,
    user_scopes=("profile:write",),
    admin_scopes=("users:read", "users:write"),
    token_issuer=_token_issuer,
    demo=_demo,
    commands={"users": _users_commands, "keys": _keys_commands},
)
