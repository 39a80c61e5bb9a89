"""`hanse analytics rebuild` counts what the event log holds."""

from __future__ import annotations

import asyncio
from pathlib import Path

from click.testing import CliRunner

from hanse.cli import main
from hanse.platform import SUBGRAPHS
from shared.events.relay import Relay
from subgraphs.users import demo


async def register_people(data: Path) -> None:
    """Fifty registrations, in the event log; nobody has counted them."""
    users = SUBGRAPHS["users"].create({"data_dir": data, "relay_events": False})
    await users.start()
    try:
        await demo.fill(users)
        assert users.events is not None
        relay = Relay(users.database, users.events)
        while await relay.move():
            pass
    finally:
        await users.stop()


def test_rebuild(tmp_path: Path) -> None:
    asyncio.run(register_people(tmp_path))
    for _ in range(2):  # counting again is not counting twice
        result = CliRunner().invoke(main, ["analytics", "rebuild", "--data", str(tmp_path)])
        assert result.exit_code == 0, result.output
        assert "users: 50" in result.output.splitlines()
        assert "events_processed: 50" in result.output.splitlines()
