"""`hanse analytics rebuild`: the statistics again, from the event log alone."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hanse.data_folder import open_data_folder
from hanse.failures import Failure
from hanse_subgraph.config import ConfigError
from subgraphs.analytics.rebuild import rebuild
from subgraphs.analytics.settings import AnalyticsSettings


def rebuild_statistics(data: Path) -> dict[str, Any]:
    """What was counted again, by name. Raises Failure where the folder, a setting or the database is wrong."""
    folder = open_data_folder(data)
    try:
        return asdict(asyncio.run(rebuild(AnalyticsSettings.load(data_dir=folder))))
    except ConfigError as error:
        raise Failure(str(error)) from error
