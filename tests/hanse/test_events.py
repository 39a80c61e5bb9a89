"""`hanse events` on the embedded log."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner

from hanse.cli import main
from hanse_subgraph.events.envelope import Event, Malformed
from hanse_subgraph.events.log import DeadLetter
from hanse_subgraph.events.open import open_event_log

EVENT = Event(type="user.registered", subject="u1", source="/users", data={})
BROKEN = Malformed("e/1/2", b"{", "no JSON")


def ran(folder: Path, *arguments: str) -> tuple[int, list[str]]:
    """Exit code and lines of `hanse events ...`."""
    result = CliRunner().invoke(main, ["events", *arguments, "--data", str(folder)])
    return result.exit_code, result.output.splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder whose log holds an event and two dead letters."""

    async def fill() -> None:
        log = await open_event_log(f"embedded:{tmp_path}/events.sqlite")
        await log.append([EVENT])
        await log.bury(DeadLetter("analytics", EVENT, "ValueError: no\nroom", 5))
        await log.bury(DeadLetter("audit", BROKEN, "MalformedEvent: no JSON", 1))
        await log.close()

    asyncio.run(fill())
    return tmp_path


def test_setting_up(folder: Path) -> None:
    assert ran(folder, "setup") == (0, ["the embedded event log needs no setup"])


def test_lag(folder: Path) -> None:
    code, lines = ran(folder, "lag")
    assert code == 0
    assert "analytics: 1 behind (events: 1)" in lines
    assert "tasks: 0 behind" in lines


def test_dead_letters_are_listed_and_replayed(folder: Path) -> None:
    code, lines = ran(folder, "dead", "list")
    assert code == 0
    assert f"analytics {EVENT.id} (user.registered of u1, 5 attempts): ValueError: no room" in lines[0]
    assert "audit e/1/2 (not an event, 1 attempts): MalformedEvent: no JSON" in lines[1]
    assert len(ran(folder, "dead", "list", "--consumer", "audit")[1]) == 1
    assert ran(folder, "dead", "replay", EVENT.id) == (0, [f"replayed to analytics: {EVENT.id}"])
    assert ran(folder, "dead", "replay", "--all") == (0, ["replayed to audit: e/1/2"])
    assert ran(folder, "dead", "list") == (0, ["no dead letters"])
    assert ran(folder, "dead", "replay", "--all") == (0, ["no dead letters"])


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["dead", "replay"], 2, "--all"),
        (["dead", "replay", "x", "--all"], 2, "--all"),
        (["dead", "replay", "x"], 1, "there is no dead letter x"),
        (["lag", "--url", "rabbit://x"], 1, "take embedded:FILE or kafka://HOST:PORT"),
        (["setup", "--url", "kafka://127.0.0.1:9?timeout=2"], 1, "cannot reach Kafka at 127.0.0.1:9"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(folder: Path, arguments: list[str], code: int, message: str) -> None:
    found, lines = ran(folder, *arguments)
    assert (found, len(lines)) == (code, 1)
    assert message in lines[0]


def test_subgraphs_with_different_logs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSE_USERS_EVENTS_URL", f"embedded:{folder}/other.sqlite")
    code, lines = ran(folder, "lag")
    assert (code, len(lines)) == (2, 1)
    assert "--url" in lines[0]
