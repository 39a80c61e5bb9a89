"""`hanse analytics rebuild` gives the same numbers again."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from hanse.analytics import rebuild_statistics
from hanse.cli import main
from hanse.up import run_demo


def test_the_same_numbers_come_out(tmp_path: Path) -> None:
    run_demo(data=tmp_path, seed=1)
    first = rebuild_statistics(tmp_path)
    assert first["users"] == 50
    assert first["products"] == 200
    result = CliRunner().invoke(main, ["analytics", "rebuild", "--data", str(tmp_path)])
    assert result.exit_code == 0
    assert f"events_processed: {first['events_processed']}" in result.output.splitlines()
