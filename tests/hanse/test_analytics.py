"""`hanse analytics rebuild` counts what the event log holds."""

from __future__ import annotations

import asyncio
from pathlib import Path

from click.testing import CliRunner

from deploy.project import SUBGRAPHS
from hanse.cli import main
from hanse_subgraph.demo import DemoWeek, Progress, SetClock, run_actions
from hanse_subgraph.events.relay import Relay
from subgraphs.users import demo
from subgraphs.users.settings import UsersSettings


async def a_week_of_users(data: Path) -> int:
    """What the demo's users do, in the event log; nobody has counted it. How much it is."""
    users = SUBGRAPHS["users"].create({"data_dir": data, "relay_events": False})
    await users.start()
    try:
        assert isinstance(users.settings, UsersSettings)
        assert users.events is not None
        clock = SetClock()
        actions = await demo.actions(users.settings, DemoWeek(), clock)
        await run_actions(users.database, actions, clock, Progress())
        relay = Relay(users.database, users.events)
        while await relay.move():
            pass
        return len(actions)
    finally:
        await users.stop()


def test_rebuild(tmp_path: Path) -> None:
    events = asyncio.run(a_week_of_users(tmp_path))
    for _ in range(2):  # counting again is not counting twice
        result = CliRunner().invoke(main, ["analytics", "rebuild", "--data", str(tmp_path)])
        assert result.exit_code == 0, result.output
        assert {"users: 50", "sign_ins: 200", f"events_processed: {events}"} <= set(result.output.splitlines())
