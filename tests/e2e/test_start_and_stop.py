"""Starting twice, stopping during the first start, and a data folder that is deleted."""

from __future__ import annotations

import shutil
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.e2e.processes import HANSE, run_to_end, running

STOP_SECONDS = 2.0
UP = ("up", "--port", "0")


def status_of(url: str) -> int:
    """The status of a GET request."""
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_second_platform_on_the_folder_is_refused(tmp_path: Path) -> None:
    with running(HANSE, *UP, "--no-demo", "--data", tmp_path) as first:
        first.wait_for("Hanse is up")
        second = run_to_end(HANSE, *UP, "--no-demo", "--data", tmp_path)
        assert second.returncode == 1
        assert f"in use by process {first.process.pid}" in second.stderr
        assert run_to_end(HANSE, "demo", "--data", tmp_path).returncode == 1
        assert first.stop() == 0
    with running(HANSE, *UP, "--no-demo", "--data", tmp_path) as again:
        again.wait_for("Hanse is up")


@pytest.mark.parametrize("seconds", [0.2, 2.0])
def test_ctrl_c_during_the_demo_stops_at_once_and_the_next_start_continues(tmp_path: Path, seconds: float) -> None:
    with running(HANSE, *UP, "--data", tmp_path) as process:
        deadline = time.monotonic() + 60
        while not (tmp_path / "media.sqlite").exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        time.sleep(seconds)  # somewhere in the middle of it
        started = time.monotonic()
        assert process.stop() == 1
        assert time.monotonic() - started < STOP_SECONDS + 3  # on a busy machine
        assert "hanse: interrupted while adding demo data: the next start continues" in process.output
        assert "Traceback" not in process.output
    with running(HANSE, *UP, "--data", tmp_path) as process:
        process.wait_for("Hanse is up", timeout=110)


def test_a_deleted_data_folder_makes_the_platform_not_ready(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with running(HANSE, *UP, "--no-demo", "--data", folder) as process:
        url = process.wait_for(r"Health +(http://\S+)").group(1)
        assert status_of(url) == 200
        folder.rename(tmp_path / "deleted")  # whole, and at once
        shutil.rmtree(tmp_path / "deleted", ignore_errors=True)
        process.wait_for("was deleted")
        assert status_of(url) == 503
        assert process.output.count("was deleted") == 1
