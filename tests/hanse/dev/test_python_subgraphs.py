"""`hanse dev` in a project: Python subgraphs run in processes that are replaced when their code changes."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.platforms import reserved_port
from tests.e2e.processes import HANSE, run_to_end
from tests.hanse.dev.conftest import DEADLINE, DevProcess, exists, run_dev

LENGTH = """\
    @strawberry.field(description="The length.")
    def length(self) -> int:
        return len(self.record.text)

    @strawberry.field(description="The text.")
"""
MAX_SECONDS = 5.0  # from the edit to the new field in a response; measured: 0.3 s


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("projects") / "shop"
    done = run_to_end(HANSE, "init", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def project(template: Path) -> Iterator[Path]:
    """A project of `hanse init`, on an unused port, with its files as they were at first."""
    before = {path: path.read_text() for path in template.rglob("*") if path.suffix in (".py", ".toml", ".yaml")}
    with reserved_port() as port:
        config = template / "pyproject.toml"
        config.write_text(re.sub(r"port = \d+", f"port = {port}", config.read_text()))
        yield template
    for path, text in before.items():
        path.write_text(text)


@pytest.fixture
def dev(project: Path, tmp_path: Path) -> Iterator[DevProcess]:
    with run_dev(project, "--data", tmp_path / "data") as process:
        yield process


def children(pid: int) -> set[int]:
    """The processes that a process started, and theirs, as Linux lists them."""
    found: set[int] = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            if parent == pid:
                found |= {int(entry.name)} | children(int(entry.name))
    return found


def gone(pids: set[int]) -> bool:
    """Whether all of the processes end before the deadline."""
    end = time.monotonic() + DEADLINE
    while any(exists(pid) for pid in pids):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def test_code_that_changes_fails_dies_and_is_added(dev: DevProcess, project: Path) -> None:
    types = project / "subgraphs" / "notes" / "types.py"
    dev.serving(1)
    created = dev.ask('mutation { createNote(text: "First.") { text } }')
    assert created == {"data": {"createNote": {"text": "First."}}}

    start = time.monotonic()
    edit(types, '    @strawberry.field(description="The text.")\n', LENGTH)
    response = dev.until("{ notes { text length } }", lambda response: "data" in response)
    took = time.monotonic() - start
    print(f"answered after {took:.3f} s; {dev.serving(2)}")
    assert response == {"data": {"notes": [{"text": "First.", "length": 6}]}}
    assert took < MAX_SECONDS

    edit(types, "class Note:", "class Note")
    failed = dev.event("subgraph", lambda event: event["state"] == "failed")
    assert failed["detail"] == "the process before still serves"
    lines = [event["line"] for event in dev.events if event["event"] == "output"]
    assert any("types.py" in line for line in lines)
    assert any("SyntaxError" in line for line in lines)
    assert dev.ask("{ notes { length } }") == {"data": {"notes": [{"length": 6}]}}

    os.kill(serving_process(dev), signal.SIGKILL)
    stopped = dev.event("subgraph", lambda event: event["state"] == "stopped")
    assert "exit code -9" in stopped["detail"]
    [error] = dev.ask("{ notes { text } }")["errors"]
    assert error["extensions"]["code"] == "SUBGRAPH_UNREACHABLE"

    edit(types, "class Note", "class Note:")
    dev.until("{ notes { length } }", lambda response: response == {"data": {"notes": [{"length": 6}]}})

    added = run_to_end(HANSE, "add", "subgraph", "reviews", cwd=project)
    assert added.returncode == 0, added.stderr
    dev.until("{ reviews { text } }", lambda response: response == {"data": {"reviews": []}})


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
def test_no_process_is_left(project: Path, tmp_path: Path, stop: signal.Signals) -> None:
    with run_dev(project, "--data", tmp_path / "data", "--mock-unavailable") as dev:
        dev.serving(1)
        started = children(dev.process.process.pid)
        assert serving_process(dev) in started
        os.kill(dev.process.process.pid, stop)  # not the group: the children get no signal of their own
        dev.process.process.wait(DEADLINE)
        assert gone(started)
        assert dev.process.stop() in (0, 128 + stop, -stop)
        assert not [event for event in dev.events if event.get("state") == "stopped"]


def test_a_process_that_dies_is_mocked(project: Path, tmp_path: Path) -> None:
    with run_dev(project, "--data", tmp_path / "data", "--mock-unavailable") as dev:
        dev.serving(1)
        assert dev.ask("{ notes { text } }") == {"data": {"notes": []}}
        os.kill(serving_process(dev), signal.SIGKILL)
        dev.event("subgraph", lambda event: event["state"] == "stopped")
        assert len(dev.ask("{ notes(first: 3) { text } }")["data"]["notes"]) == 3
        assert dev.event("subgraph", lambda event: event["state"] == "mocked")["subgraph"] == "notes"


def serving_process(dev: DevProcess) -> int:
    """The process that serves the subgraph, by its id in `hanse dev`'s events."""
    dev.event("subgraph", lambda event: event["state"] == "started")
    return int([event["pid"] for event in dev.events if event.get("pid")][-1])
