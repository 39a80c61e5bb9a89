"""What a subgraph knows about its project."""

from __future__ import annotations

from dataclasses import dataclass

from hanse_subgraph.events.topics import NO_TOPICS, Topics


@dataclass(frozen=True, slots=True)
class Platform:
    """The declarations of all subgraphs of a project, merged.

    `user_scopes` are the scopes that every user has, `admin_scopes` the further ones of an admin. `url` is where
    clients reach the platform, when one process serves all of it.
    """

    topics: Topics = NO_TOPICS
    user_scopes: tuple[str, ...] = ()
    admin_scopes: tuple[str, ...] = ()
    url: str | None = None


STANDALONE = Platform()  # for a subgraph outside of a project
