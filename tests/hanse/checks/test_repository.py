"""`make schema-check`, which CI runs, in a clone of this repository."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

BIN = ROOT / ".venv" / "bin"
STAMP = ROOT / ".venv" / ".installed"
IDENTITY = ("-c", "user.name=a", "-c", "user.email=a@b")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with one commit: the files of this one that the target needs."""
    published = ("schema/published", "schema/OWNERS")
    for name in ("Makefile", "pyproject.toml", "uv.lock", *published, "subgraphs", "frontend-example/src"):
        source, target = ROOT / name, tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "registry"))
        else:
            shutil.copy(source, target)
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path)
    return tmp_path


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *IDENTITY, *words], cwd=folder, check=True)


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "A change")


def hanse(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BIN / "hanse", *words], cwd=folder, capture_output=True, text=True, timeout=250)


def schema_check(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the target with the installation of this repository, which it does not renew."""
    words = ["make", "-o", str(STAMP), f"STAMP={STAMP}", f"BIN={BIN}", "schema-check"]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=250)


@pytest.mark.timeout(600)
def test_drift_and_breaking_changes_fail(clone: Path) -> None:
    types = clone / "subgraphs" / "tasks" / "types.py"
    types.write_text(types.read_text().replace("def completed_at(self)", "def ended_at(self)"))
    types = clone / "subgraphs" / "catalog" / "types.py"
    types.write_text(types.read_text().replace("def in_stock(self)", "def is_available(self)"))
    drift = schema_check(clone)
    assert drift.returncode != 0
    assert "out of date: schema/published/tasks.graphql" in drift.stdout

    assert hanse(clone, "schema", "export").returncode == 0
    commit(clone)
    breaking = schema_check(clone)
    assert breaking.returncode != 0
    assert "FIELD_REMOVED: Task.completedAt was removed" in breaking.stdout
    assert "used by NewestProducts (frontend-example/src/operations.ts): selects Product.inStock" in breaking.stdout
    [command] = [line for line in breaking.stdout.splitlines() if "hanse schema approve" in line]
    check = command.split("schema approve ")[1].split()[0]
    assert "owned by @hanse-graphql/maintainers" in breaking.stdout
    approve = ("schema", "approve", check, "--reason", "No client has it.", "--who")
    assert hanse(clone, *approve, "A stranger").returncode == 0
    commit(clone)
    assert hanse(clone, "schema", "check", "--all", "--against", "HEAD~2").returncode == 1
    assert hanse(clone, *approve, "@hanse-graphql/maintainers").returncode == 0
    commit(clone)
    # The target compares with the commit before; with an approval on a branch, with where it left main.
    approved = hanse(clone, "schema", "check", "--all", "--against", "HEAD~3")
    assert approved.returncode == 0, approved.stdout
    assert "approved by" in approved.stdout


def test_ci_runs_it() -> None:
    assert "make schema-check" in (ROOT / ".ci" / "run").read_text()
    assert "make schema-check" in (ROOT / ".github" / "workflows" / "ci.yml").read_text()
