"""What a subgraph declares about itself. This is all that a project knows of its subgraphs.

The project's configuration names each declaration:

    [tool.hanse.subgraphs]
    catalog = { declaration = "subgraphs.catalog.declaration:subgraph", port = 4002 }

Every command reads every declaration. So a declaration imports the rest of its package inside its functions.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hanse_subgraph.events.topics import Topic, Topics
from hanse_subgraph.platform import Platform

if TYPE_CHECKING:
    import click

    from hanse_subgraph.demo import DemoData
    from hanse_subgraph.events.data import EventData
    from hanse_subgraph.subgraph_app import SubgraphApp


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenIssuer:
    """What a router of the same process needs to verify the access tokens that a subgraph issues.

    `revocations` reads the list of revoked tokens, in the form of the router's setting `jwt.issuers[].revocations_url`.
    """

    issuer: str
    audience: str
    jwks_file: Path
    revocations: Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgraph:
    """One subgraph's declaration. Only `create` is required.

    `create` makes the application from the settings that its caller gives; the environment has the others. It raises
    SettingsError when a setting is wrong.

    `topics` are the Kafka topics of the events that it publishes, `events` the classes of these events.

    `user_scopes` and `admin_scopes` are the scopes that its schema requires: those of every user, and those of admins.
    `token_issuer` is set by the subgraph that issues access tokens: it tells what the router of `hanse up` needs to
    verify them.

    `paths` are HTTP paths beside GraphQL, such as `/files`: `hanse up` serves them on the router's port.

    `demo` makes its demo data. `commands` are added to the command line, by name. `server_checks` are run by
    `hanse doctor`: by the field of the settings that names a server, a function that connects to it and returns what
    it found.
    """

    create: Callable[[Mapping[str, Any], Platform], SubgraphApp]
    topics: tuple[Topic, ...] = ()
    events: Callable[[], Sequence[type[EventData]]] = tuple
    user_scopes: tuple[str, ...] = ()
    admin_scopes: tuple[str, ...] = ()
    token_issuer: Callable[[SubgraphApp], TokenIssuer] | None = None
    paths: tuple[str, ...] = ()
    demo: Callable[[], DemoData] | None = None
    commands: Mapping[str, Callable[[Platform], click.Command]] = field(default_factory=dict)
    server_checks: Mapping[str, Callable[[SubgraphApp], Awaitable[str]]] = field(default_factory=dict)


def platform_of(subgraphs: Mapping[str, Subgraph], url: str | None = None) -> Platform:
    """Merge the declarations of a project's subgraphs. Raises ValueError when two declare the same topic."""
    declared = subgraphs.values()
    return Platform(
        topics=Topics(tuple(topic for subgraph in declared for topic in subgraph.topics)),
        user_scopes=tuple(scope for subgraph in declared for scope in subgraph.user_scopes),
        admin_scopes=tuple(scope for subgraph in declared for scope in subgraph.admin_scopes),
        url=url,
    )
