"""`hanse add subgraph` in a copy of this repository, as CONTRIBUTING.md says: all that lists subgraphs agrees."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.e2e.client import Client
from tests.e2e.processes import ROOT, running

COPIED = ("hanse", "router", "schema", "shared", "subgraphs", "tests", "deploy", "docs")
FILES = ("pyproject.toml", "compose.yml", ".env.example", ".pre-commit-hooks.yaml", "README.md", "CONTRIBUTING.md")
TESTS = (
    "tests/subgraphs/reviews",
    "tests/subgraphs/test_schemas.py",
    "tests/subgraphs/test_distribution.py",
    "tests/subgraphs/test_migrations.py",
    "tests/hanse/test_published.py",
    "tests/deploy",
    "tests/e2e/test_operations.py::test_the_table_has_every_operation",
)
CREATE = "mutation Create($text: String!) { createReview(text: $text) { id text } }"
COMMAND = "hanse add subgraph reviews"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this repository, after the command."""
    folder = tmp_path_factory.mktemp("copy")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "static"))
    for name in FILES:
        shutil.copy(ROOT / name, folder)
    assert COMMAND in (folder / "CONTRIBUTING.md").read_text()
    run(folder, "hanse.cli", *COMMAND.split()[1:])
    return folder


def environment(folder: Path) -> dict[str, str]:
    """The copy's packages come before those that are installed."""
    paths = (folder, folder / "router", folder / "schema", folder / "shared")
    return {"PYTHONPATH": os.pathsep.join(map(str, paths))}


def run(folder: Path, module: str, *arguments: str) -> None:
    """Run a module in the copy; it must succeed."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | environment(folder), capture_output=True, text=True, timeout=110
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_style_and_format(copy: Path) -> None:
    run(copy, "ruff", "check", "subgraphs", "tests/subgraphs")
    run(copy, "ruff", "format", "--check", "subgraphs", "tests/subgraphs")


def test_everything_that_lists_subgraphs_has_it(copy: Path) -> None:
    run(copy, "pytest", "-q", "-p", "no:cacheprovider", *TESTS)


async def test_the_platform_serves_it(copy: Path, tmp_path: Path) -> None:
    options = ("up", "--port", "0", "--no-demo", "--data", tmp_path)
    with running(sys.executable, "-m", "hanse.cli", *options, env=environment(copy), cwd=copy) as process:
        url = process.wait_for(r"GraphQL +(http://\S+)").group(1)
        async with aiohttp.ClientSession() as http:
            made = await Client(url, http).data(CREATE, text="Points north.")
            assert made["createReview"]["text"] == "Points north."
