"""Opens a store: a folder, or a server by its URL."""

from __future__ import annotations

import os
from pathlib import Path

from hanse.project import find_project
from hanse.registry.client import ServerStore
from hanse.registry.folder import FolderStore
from hanse.registry.store import Store
from hanse_wire.command_line import CommandError

DEFAULT_GRAPH = "main"
DEFAULT_FOLDER = Path("schema/published")
KEY_VARIABLE = "HANSE_REGISTRY_KEY"  # not an option: other users of a machine see command lines


def open_store(registry: str | None, graph: str = DEFAULT_GRAPH) -> Store:
    """The store at a URL, with the API key in HANSE_REGISTRY_KEY, or in a folder.

    Without either it is the project's folder of published schemas, and outside of a project `schema/published`.
    Raises InvalidInput when the URL is invalid.
    """
    if registry is None:
        return FolderStore(_published_folder())
    if "://" in registry:
        return ServerStore(registry, graph, os.environ.get(KEY_VARIABLE, ""))
    return FolderStore(Path(registry))


def _published_folder() -> Path:
    try:
        return find_project().published
    except CommandError:
        return DEFAULT_FOLDER
