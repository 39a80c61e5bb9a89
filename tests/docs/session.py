"""Recorded sessions of pages: `console` blocks with commands and their output.

A command begins with `$ `, its further lines with `> `. All commands of a page run in one shell.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.docs.pages import blocks

_SEPARATOR = "\x1e\n"  # printed before each command
_SEPARATE = r"{ _status=$?; printf '\x1e\n'; (exit $_status); }"  # keeps the exit code for `echo $?`


@dataclass
class Step:
    """A command, and the lines that it prints."""

    command: str
    output: list[str] = field(default_factory=list)


def steps(page: Path) -> Iterator[Step]:
    """The commands of a page, in order."""
    for block in blocks(page):
        if block.language == "console":
            yield from _steps_of(block.text)


def _steps_of(text: str) -> Iterator[Step]:
    step = None
    for line in text.splitlines():
        if line.startswith("$ "):
            if step is not None:
                yield step
            step = Step(line[2:])
            continue
        assert step is not None, "a block begins with a command"
        if line.startswith(">"):
            step.command += f"\n{line[2:]}"
        else:
            step.output.append(line)
    if step is not None:
        yield step


def with_ports(text: str, ports: Mapping[str, int]) -> str:
    """The text with the ports of the page replaced."""
    return re.sub("|".join(ports), lambda match: str(ports[match[0]]), text)


def run(commands: list[str], folder: Path, *, timeout: float) -> list[list[str]]:
    """The lines that each command prints, in a folder. What the commands leave running is ended.

    Raises AssertionError with all output so far when they take longer than `timeout` seconds.
    """
    script = "exec 2>&1\n" + "".join(f"{_SEPARATE}\n{command}\n" for command in commands)
    printed = folder.with_name(f"{folder.name}.output")
    with printed.open("wb") as output:
        shell = subprocess.Popen(
            ["bash", "-c", script],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            start_new_session=True,
        )
        try:
            shell.wait(timeout)
        except subprocess.TimeoutExpired:
            logs = "\n".join(path.read_text(errors="replace")[-2000:] for path in sorted(folder.glob("*.log")))
            raise AssertionError(f"not at an end after {timeout} s:\n{printed.read_text()}\n{logs}") from None
        finally:
            _end(shell)
    return [part.splitlines() for part in printed.read_text(encoding="utf-8").split(_SEPARATOR)[1:]]


def _end(shell: subprocess.Popen[bytes]) -> None:
    """End the shell and what it started."""
    try:
        os.killpg(shell.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    shell.wait(20)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HANSE_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "PATH": path, "NO_COLOR": "1", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


__all__ = ["Step", "run", "steps", "with_ports"]
