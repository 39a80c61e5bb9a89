"""Opens a store."""

from __future__ import annotations

from pathlib import Path

from hanse.project import find_project
from hanse.registry.folder import FolderStore
from hanse.registry.store import Store
from hanse_wire.command_line import CommandError

DEFAULT_FOLDER = Path("schema/published")


def open_store(registry: str | None) -> Store:
    """The store in a folder; by default the project's folder of published schemas, else `schema/published`."""
    if registry is None:
        return FolderStore(_published_folder())
    return FolderStore(Path(registry))


def _published_folder() -> Path:
    try:
        return find_project().published
    except CommandError:
        return DEFAULT_FOLDER
