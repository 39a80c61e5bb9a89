"""The long story in embedded mode: the whole platform in one process, its mail in files."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.market_day import play
from tests.e2e.platforms import embedded
from tests.e2e.stage import Stage, files_in, make_admin


async def test_market_day(tmp_path: Path) -> None:
    make_admin(tmp_path)
    with embedded(tmp_path, "--no-demo") as (url, _):
        await play(Stage(url, files_in(tmp_path / "mail")))
