"""`hanse completion`: the scripts run in their shells, and complete commands, options and values."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from hanse.cli import main
from tests.e2e.processes import HANSE, run_to_end

TYPED = {"bash": ("hanse comp", 1), "zsh": ("hanse comp", 2), "fish": ("hanse comp", "comp")}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_printed(shell: str) -> None:
    done = CliRunner().invoke(main, ["completion", shell])
    assert done.exit_code == 0, done.output
    assert f"_HANSE_COMPLETE={shell}_complete" in done.output


@pytest.mark.parametrize(
    ("words", "word", "found"),
    [("hanse comp", 1, "compose"), ("hanse compose --api", 2, "--api-schema"), ("hanse completion z", 2, "zsh")],
)
def test_commands_options_and_values_are_completed(tmp_path: Path, words: str, word: int, found: str) -> None:
    environment = {"_HANSE_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(word)}
    done = run_to_end(HANSE, env=environment, cwd=tmp_path)
    assert f"plain,{found}" in done.stdout.split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_reads_the_script(tmp_path: Path) -> None:
    script = f'eval "$({HANSE} completion bash)" && complete -p hanse'
    done = run_to_end("bash", "-c", script, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "_hanse_completion" in done.stdout


def test_an_unknown_shell_is_refused() -> None:
    assert CliRunner().invoke(main, ["completion", "cmd"]).exit_code == 2
