"""Files with secrets: created once, complete or not at all, for their owner only."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hanse_wire.key_files import read_or_create, write_if_changed, write_key_file


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_missing_file_is_created_once(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "key"
    assert read_or_create(path, lambda: b"first") == b"first"
    assert read_or_create(path, lambda: b"second") == b"first"
    assert mode(path) == 0o600


def test_all_who_create_it_at_the_same_time_get_the_same_content(tmp_path: Path) -> None:
    path = tmp_path / "key"
    with ThreadPoolExecutor(8) as pool:
        contents = set(pool.map(lambda n: read_or_create(path, lambda: b"%d" % n), range(50)))
    assert contents == {path.read_bytes()}
    assert [entry.name for entry in tmp_path.iterdir()] == ["key"], "a temporary file is left"


def test_writing_replaces_the_file_and_keeps_the_mode(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"old")
    path.chmod(0o644)
    write_key_file(path, b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", 0o600)
    before = path.stat().st_ino
    write_if_changed(path, b"new")
    assert path.stat().st_ino == before
    write_if_changed(path, b"newer")
    assert path.read_bytes() == b"newer"


def test_a_failed_write_leaves_the_file_alone(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file")
    with pytest.raises(OSError, match="folder"):
        read_or_create(tmp_path / "folder" / "key", lambda: b"x")
    target = tmp_path / "target"
    target.mkdir()
    with pytest.raises(OSError, match="target"):
        write_key_file(target, b"x")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["folder", "target"]
