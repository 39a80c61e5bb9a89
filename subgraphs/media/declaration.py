"""What the media subgraph declares to the project."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hanse_subgraph.declaration import Subgraph
from hanse_subgraph.events.topics import Topic
from hanse_subgraph.platform import Platform

if TYPE_CHECKING:
    from hanse_subgraph.demo import DemoData
    from hanse_subgraph.events.data import EventData
    from hanse_subgraph.subgraph_app import SubgraphApp


def _create(given: Mapping[str, Any], platform: Platform) -> SubgraphApp:
    from subgraphs.media.app import create
    from subgraphs.media.settings import MediaSettings

    settings = MediaSettings.load(**given)
    if platform.url and "public_url" not in settings.model_fields_set:
        settings = settings.model_copy(update={"public_url": platform.url})
    return create(settings, platform)


def _events() -> Sequence[type[EventData]]:
    from subgraphs.media.events import PUBLISHED

    return PUBLISHED


def _demo() -> DemoData:
    from subgraphs.media.demo import MediaDemo

    return MediaDemo()


async def _check_storage(app: SubgraphApp) -> str:
    from hanse_subgraph.storage.open import open_store
    from hanse_subgraph.storage.signing import Secret
    from subgraphs.media.settings import MediaSettings

    settings = app.settings
    assert isinstance(settings, MediaSettings)
    async with open_store(settings.storage, public_url="", secret=Secret(Path(os.devnull))).opened():
        return "the bucket exists, and can be written"


subgraph = Subgraph(
    create=_create,
    topics=(Topic("media", kinds=("media",)),),
    events=_events,
    user_scopes=("media:write",),
    admin_scopes=("media:moderate",),
    paths=("/files",),
    demo=_demo,
    server_checks={"storage_url": _check_storage},
)
