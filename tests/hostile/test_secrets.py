"""Secrets of mailed links are in the mail alone, and all files of the data folder are their owner's alone."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import stat
import time
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.stage import files_in, token_in
from tests.hostile.callers import Harbour, harbour

DEADLINE = 20.0  # seconds


async def tokens_in_mails(folder: Path, count: int) -> list[str]:
    """The tokens of the mailed links, once there are so many."""
    until = time.monotonic() + DEADLINE
    while time.monotonic() < until:
        texts = [str(mail.get_body(("plain",))) for mail in files_in(folder / "mail")()]
        links = [text for text in texts if "token=3D" in text or "token=" in text]
        if len(links) >= count:
            bodies = [mail.get_body(("plain",)) for mail in files_in(folder / "mail")()]
            contents = [str(body.get_content()) for body in bodies if body is not None]
            return [token_in(content) for content in contents if "token=" in content]
        await asyncio.sleep(0.05)
    raise AssertionError("no mail came")


def bytes_of(folder: Path, *, without: str) -> dict[Path, bytes]:
    """The content of all files below a folder but those of one subfolder, after the databases wrote their journals."""
    for file in folder.rglob("*.sqlite"):
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    files = [path for path in folder.rglob("*") if path.is_file() and without not in path.parts]
    return {path: path.read_bytes() for path in files}


async def bury_everything(place: Harbour) -> None:
    """Make dead letters of all events in the log."""
    log = place.subgraphs["notifications"].events
    assert log is not None
    from hanse_subgraph.events.log import DeadLetter

    for delivery in await log.subscribe("a test", ()).read(limit=1000, wait=0):
        await log.bury(DeadLetter("a test", delivery.event, "a test", 1))


@pytest.mark.timeout(120)
async def test_no_secret_leaves_the_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with harbour(tmp_path, monkeypatch) as place:
        user = await place.registered("ada", firstName="Augusta")
        (token,) = await tokens_in_mails(tmp_path, 1)
        assert await user.data("mutation ($token: String!) { verifyEmail(token: $token) { id } }", token=token)
        reset = 'mutation { requestPasswordReset(email: "ada@example.org") }'
        await place.anybody.data(reset)
        tokens = await tokens_in_mails(tmp_path, 2)
        await bury_everything(place)
    secrets = [token.encode() for token in tokens] + [user.token.encode()]
    found = {
        str(path.relative_to(tmp_path)): secret
        for path, content in bytes_of(tmp_path, without="mail").items()
        for secret in secrets
        if secret in content
    }
    assert found == {}
    assert not [message for message in caplog.messages if any(token in message for token in tokens)]


@pytest.mark.timeout(120)
async def test_events_hold_no_personal_data_in_plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with harbour(tmp_path, monkeypatch) as place:
        user = await place.registered("unmistakable", firstName="Augusta-Ada")
        await user.data('mutation { createTask(input: {title: "Mend the topsail"}) { id } }')
        await tokens_in_mails(tmp_path, 1)
        await bury_everything(place)
    plain = [b"unmistakable", b"Augusta-Ada", b"Mend the topsail"]
    contents = bytes_of(tmp_path, without="mail")
    assert [secret for secret in plain if secret in contents[tmp_path / "events.sqlite"]] == []
    with closing(sqlite3.connect(tmp_path / "users.sqlite")) as connection:
        envelopes = b"".join(row[0] for row in connection.execute("SELECT envelope FROM outbox"))
    assert envelopes
    assert [secret for secret in plain if secret in envelopes] == []


@pytest.mark.timeout(120)
async def test_files_are_their_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, umask = tmp_path / "new" / "data", os.umask(0)
    try:
        async with harbour(folder, monkeypatch) as place:
            user = await place.registered("ada")
            await tokens_in_mails(folder, 1)
            picture = BytesIO()
            Image.new("RGB", (8, 8)).save(picture, "PNG")
            reply = await user.uploaded("a.png", picture.getvalue())
            assert "errors" not in reply, reply
            paths = [tmp_path / "new", folder, *folder.rglob("*")]
            modes = {str(path): stat.S_IMODE(path.stat().st_mode) for path in paths}
    finally:
        os.umask(umask)
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}
    assert {"media", "mail", "keys", "users.sqlite-wal", "events.sqlite"} <= {Path(name).name for name in modes}


async def test_files_of_an_older_version_are_made_private(tmp_path: Path) -> None:
    from hanse.data_folder import LOCK, locked_data_folder
    from hanse_wire.private_files import create_private_database

    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    for name in (LOCK, "users.sqlite", "users.sqlite-wal"):
        (folder / name).touch(0o644)
    create_private_database(folder / "users.sqlite")
    with locked_data_folder(folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in ("users.sqlite", "users.sqlite-wal")} == {0o600}
