"""The files for the CI of others: their steps run in a repository that has a subgraph."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CI = ROOT / "deploy" / "ci"
LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3")'
SDL = f'{LINK}\n\n"Root."\ntype Query {{\n  "A."\n  a: Int\n}}\n'
CONFIG = "subgraphs:\n  shop:\n    routing_url: http://shop/graphql\n    schema: {file: published.graphql}\n"
VERSION = re.search(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
INSTALL = "python -m pip install --quiet"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with a published schema and a new one, equal to it."""
    (tmp_path / "published.graphql").write_text(SDL)
    (tmp_path / "shop.graphql").write_text(SDL)
    (tmp_path / "supergraph.yaml").write_text(CONFIG)
    (tmp_path / "temporary").mkdir()
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@b")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], check=True, cwd=tmp_path, timeout=30)
    return tmp_path


def run(script: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a step as the runner does: by bash, and with the command `hanse` of this environment."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    given = {"PATH": path, "HOME": str(folder), "GITHUB_STEP_SUMMARY": "summary.md", "RUNNER_TEMP": "temporary"}
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(
        words, cwd=folder, env=given | variables, capture_output=True, text=True, timeout=60, check=False
    )


# -- GitHub ------------------------------------------------------------------------------------------------------------

ACTION: Any = yaml.safe_load((CI / "github" / "action.yml").read_text())
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"] if "name" in step}


def step(name: str, folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run a step of the action with some inputs; the others have their defaults."""
    values = {key: str(one["default"]) for key, one in ACTION["inputs"].items()} | {
        key.replace("_", "-"): value for key, value in inputs.items()
    }

    def filled(text: str) -> str:
        return re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: values[found[1]], text)

    variables = {key: filled(value) for key, value in STEPS[name].get("env", {}).items()}
    return run(STEPS[name]["run"], folder, **variables)


def test_the_action_installs_this_version() -> None:
    assert VERSION is not None
    assert ACTION["inputs"]["version"]["default"] == VERSION[1]
    assert STEPS["Install"]["run"] == f'{INSTALL} "hanse==$VERSION"'


def test_no_input_of_the_action_is_part_of_a_script() -> None:
    assert all("${{" not in one["run"] for one in STEPS.values())
    used = {found for one in STEPS.values() for found in re.findall(r"inputs\.([\w-]+)", str(one.get("env", {})))}
    assert used == ACTION["inputs"].keys() - {"python-version"}


INPUTS = {"subgraph": "shop", "schema": "shop.graphql", "config": "supergraph.yaml"}


def test_the_action_passes_without_a_change(repository: Path) -> None:
    for name in ("Lint", "Check"):
        done = step(name, repository, **INPUTS)
        assert done.returncode == 0, done.stderr
    assert "passed" in (repository / "summary.md").read_text()


def test_the_action_fails_on_a_breaking_change(repository: Path) -> None:
    (repository / "shop.graphql").write_text(SDL.replace("a: Int", "Other_name: Int"))
    linted = step("Lint", repository, **INPUTS)
    assert linted.returncode == 1
    assert "::error file=shop.graphql,line=6,col=3" in linted.stdout
    checked = step("Check", repository, **INPUTS)
    assert checked.returncode == 1
    assert "FIELD_REMOVED" in checked.stdout
    assert "FIELD_REMOVED" in (repository / "summary.md").read_text()


def test_the_action_compares_all_with_a_commit(repository: Path) -> None:
    (repository / "published.graphql").write_text(SDL.replace("a: Int", "b: Int"))
    done = step("Check", repository, config="supergraph.yaml", against="HEAD")
    assert done.returncode == 1
    assert "FIELD_REMOVED" in done.stdout


def test_the_action_passes_all_options(repository: Path) -> None:
    """Options that contradict each other are refused by the command itself, and not lost on the way to it."""
    failed = step("Check", repository, **INPUTS, registry="none", operations="none", url="http://x", graph="main")
    assert failed.returncode == 2
    assert "none" in failed.stderr


# -- GitLab ------------------------------------------------------------------------------------------------------------

JOBS: Any = yaml.safe_load((CI / "gitlab.yml").read_text())


def job(name: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return run("\n".join(JOBS[name]["script"]), folder, **variables)


GITLAB = {
    "HANSE_SUBGRAPH": "shop",
    "HANSE_SCHEMA": "shop.graphql",
    "HANSE_CHECK_OPTIONS": "--config supergraph.yaml",
}


def test_the_jobs_install_this_version() -> None:
    assert VERSION is not None
    assert JOBS[".hanse"]["variables"]["HANSE_VERSION"] == VERSION[1]
    assert JOBS[".hanse"]["before_script"] == [f'{INSTALL} "hanse==$HANSE_VERSION"']
    assert all(JOBS[name]["extends"] == ".hanse" for name in JOBS if not name.startswith("."))


def test_the_jobs_pass_and_fail(repository: Path) -> None:
    for name in ("hanse-schema-lint", "hanse-schema-check"):
        done = job(name, repository, **GITLAB)
        assert done.returncode == 0, done.stderr
    (repository / "shop.graphql").write_text(SDL.replace("a: Int", "Other_name: Int"))
    assert job("hanse-schema-lint", repository, **GITLAB).returncode == 1
    assert job("hanse-schema-check", repository, **GITLAB).returncode == 1
    [report] = JOBS["hanse-schema-check"]["artifacts"]["reports"].values()
    assert "FIELD_REMOVED" in (repository / report).read_text()
    assert job("hanse-schema-lint", repository, **GITLAB, HANSE_LINT_OPTIONS="--config none.yaml").returncode == 2


# -- pre-commit --------------------------------------------------------------------------------------------------------

HOOKS: Any = {one["id"]: one for one in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}


def hook(name: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a hook as pre-commit does: its entry, its arguments, and the files that it is about."""
    found = HOOKS[name]
    tracked = subprocess.run(["git", "ls-files"], cwd=folder, capture_output=True, text=True, check=True, timeout=30)
    files = [
        file
        for file in tracked.stdout.split()
        if re.search(found["files"], file) and not ("exclude" in found and re.search(found["exclude"], file))
    ]
    words = [*shlex.split(found["entry"]), *arguments, *(files if found.get("pass_filenames", True) else [])]
    return run(shlex.join(words), folder)


def test_the_hooks_pass_and_fail(repository: Path) -> None:
    arguments = ("--subgraph", "shop", "--schema", "shop.graphql", "--config", "supergraph.yaml")
    assert hook("hanse-schema-lint", repository).returncode == 0
    assert hook("hanse-schema-check", repository, *arguments).returncode == 0
    (repository / "shop.graphql").write_text(SDL.replace('  "A."\n  a: Int', "  # Other.\n  Other: Int"))
    assert hook("hanse-schema-lint", repository).returncode == 1
    assert hook("hanse-schema-check", repository, *arguments).returncode == 1
    hook("hanse-schema-fix", repository)
    assert '  """Other."""\n  Other: Int' in (repository / "shop.graphql").read_text()


def test_the_hooks_leave_out_composed_schemas() -> None:
    assert all(one["language"] == "python" for one in HOOKS.values())
    for file in ("schema/supergraph.graphql", "api.graphql"):
        assert re.search(HOOKS["hanse-schema-lint"]["exclude"], file)
    assert not re.search(HOOKS["hanse-schema-lint"]["exclude"], "my-api.graphql")
