"""The store in a folder, and what it keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanse_subgraph.storage.local import LocalStore
from hanse_subgraph.storage.signing import Secret
from tests.kit.storage.test_contract import Kept


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    """A store on a folder that is not there yet."""
    secret = Secret(tmp_path / "keys" / "secret.key")
    secret.open()
    return LocalStore(tmp_path / "objects", public_url="https://files.example/", secret=secret)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """The keys of all files in the folder, half-written ones too."""
    folder = tmp_path / "objects"

    async def keys() -> list[str]:
        files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
        return sorted(str(file.parent.parent / file.name) for file in files)

    return keys
