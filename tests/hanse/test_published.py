"""The published schemas, those of events too, are those of the code."""

from __future__ import annotations

import json
from pathlib import Path

from deploy.project import PROJECT
from hanse.published import PublishedFolder, outdated


def test_nothing_has_drifted() -> None:
    assert outdated(PROJECT) == [], "run `.venv/bin/hanse schema export` and commit schema/"


def test_consumers_of_events_are_those_of_the_code() -> None:
    uses = json.loads((PROJECT.event_schemas / "consumers.json").read_text())
    assert uses["user.deleted"] == {
        "publisher": "users",
        "consumers": ["analytics", "audit", "catalog", "media", "notifications", "payments", "tasks"],
    }
    assert uses.keys() == {path.stem for path in PROJECT.event_schemas.glob("*.*.json")}


def test_files_of_what_no_longer_exists_are_removed(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("{}")
    (tmp_path / "notes.txt").write_text("")
    folder = PublishedFolder(tmp_path, "*.json", {"new.json": "{}\n"})
    assert folder.outdated() == folder.export() == [tmp_path / "new.json", tmp_path / "old.json"]
    assert {path.name for path in tmp_path.iterdir()} == {"new.json", "notes.txt"}
    assert folder.outdated() == []
