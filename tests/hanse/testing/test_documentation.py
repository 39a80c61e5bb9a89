"""The examples of the page run as a user's tests do: pytest finds the plugin by its entry point."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, blocks

PAGE = DOCS / "how-to" / "test-a-supergraph.md"


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for block in blocks(PAGE):
        if block.title is not None:
            (tmp_path / block.title).write_text(block.text)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def test_the_examples_pass_once_the_golden_files_are_written(folder: Path) -> None:
    written = run(folder, "--hanse-update-plans", "--hanse-update-schemas")
    assert "5 passed" in written.stdout, written.stdout + written.stderr
    assert (folder / "plans" / "test_shop" / "test_the_plan_is_as_reviewed.txt").exists()
    assert "5 passed" in run(folder).stdout

    shop = folder / "test_shop.py"
    shop.write_text(shop.read_text().replace("name: String cost", "cost").replace("{ name stars }", "{ stars }"))
    broken = run(folder, "test_shop.py", "-k", "clients or plan")
    assert "2 failed" in broken.stdout, broken.stdout
    assert "breaks clients of" in broken.stdout
