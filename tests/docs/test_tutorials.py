"""Every tutorial is followed word by word, in an empty folder."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import FOLLOWED, Block, blocks
from tests.e2e.platforms import reserved_port

DEADLINE = 60.0  # seconds for a command, or until a server answers


class Reader:
    """Somebody who follows a tutorial in a folder. Ports of the page are replaced by unused ones."""

    def __init__(self, folder: Path, ports: dict[str, int]) -> None:
        self._folder = folder
        self._ports = ports
        self._servers: list[subprocess.Popen[bytes]] = []
        self._seen: dict[str, str] = {}  # ids in responses, for the placeholders of later operations
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HANSE_")}
        port = str(ports["4000"])
        self._environment = {**kept, "PATH": path, "HANSE_UP_PORT": port, "HANSE_DEV_PORT": port}

    def follow(self, block: Block) -> None:
        """Do what a block says."""
        if block.title is not None:
            self._change(block, block.title)
        elif block.test == "skip":
            return
        elif block.language == "sh":
            if block.test == "stop":
                self.stop()
            if block.test in ("serve", "background"):
                self._serve(block)
            else:
                self._run(block)

    def ask(self, query: str) -> Any:
        """Send an operation to the router."""
        for placeholder, value in self._seen.items():
            query = query.replace(placeholder, value)
        url = f"http://127.0.0.1:{self._ports['4000']}/graphql"
        body = json.dumps({"query": query}).encode()
        request = urllib.request.Request(url, body, {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE) as reply:
                response = json.load(reply)
        except urllib.error.HTTPError as error:  # the response has `errors`
            response = json.load(error)
        if notes := (response.get("data") or {}).get("notes"):
            self._seen["NOTE_ID"] = notes[0].get("id", self._seen.get("NOTE_ID", ""))
        return response

    def ask_until(self, query: str, response: Any, expected: Any) -> Any:
        """The response to a query once it is as expected, or refused by the schema no more: a file just changed."""
        end = time.monotonic() + DEADLINE
        while not matches(expected, response) and "errors" in response and time.monotonic() < end:
            time.sleep(0.05)
            response = self.ask(query)
        return response

    def stop(self) -> None:
        """Stop the servers, as Ctrl-C does."""
        for server in self._servers:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGINT)
        for server in self._servers:
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait(20)
        self._servers.clear()

    def _text(self, block: Block) -> str:
        return re.sub("|".join(self._ports), lambda match: str(self._ports[match[0]]), block.text)

    def _change(self, block: Block, title: str) -> None:
        path = self._folder / title
        if not path.parent.exists():
            path = self._folder / "shop" / title
        if block.language != "diff":
            path.write_text(self._text(block), encoding="utf-8")
            return
        lines = block.text.splitlines()
        before = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("+"))
        after = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("-"))
        text = path.read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{block.id}: {title} does not have these lines once:\n{before}"
        path.write_text(text.replace(before, after), encoding="utf-8")

    def _run(self, block: Block) -> None:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self._text(block)],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        assert done.returncode == 0, f"{block.id}\n{done.stdout}\n{done.stderr}"

    def _serve(self, block: Block) -> None:
        text, port = self._text(block), self._ports["4000"]
        if found := re.search(r"--port (\d+)", text):
            port = int(found[1])
        elif "hanse router" in text:
            text = f"{text.rstrip()} --port {port}"
        with (self._folder / "server.log").open("ab") as log:
            server = subprocess.Popen(
                ["bash", "-euo", "pipefail", "-c", text],
                cwd=self._folder,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._servers.append(server)
        self._wait_for(port, server)

    def _wait_for(self, port: int, server: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end and server.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5).close()
            except urllib.error.HTTPError as error:
                if error.code != 503:  # not one of ours: it answers
                    return
            except OSError:
                pass
            else:
                return
            time.sleep(0.1)
        raise AssertionError((self._folder / "server.log").read_text(errors="replace"))


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    with contextlib.ExitStack() as stack:
        ports = {name: stack.enter_context(reserved_port()) for name in ("4000", "4001", "4002")}
        reader = Reader(tmp_path, ports)
        stack.callback(reader.stop)
        yield reader


@pytest.mark.parametrize("page", FOLLOWED, ids=lambda page: page.stem)
@pytest.mark.timeout(300)
def test_a_tutorial_works_as_written(page: Path, reader: Reader) -> None:
    query, response = "", None
    for block in blocks(page):
        reader.follow(block)
        if block.language == "graphql" and block.test != "skip" and block.title is None:
            query = block.text
            response = reader.ask(query)
        elif block.language == "json":
            response = reader.ask_until(query, response, json.loads(block.text))
            assert matches(json.loads(block.text), response), f"{block.id}: {response}"


def matches(expected: Any, found: Any) -> bool:
    """Whether a response is the expected one; the string `...` stands for any value."""
    if expected == "...":
        return True
    if isinstance(expected, dict) and isinstance(found, dict):
        return list(expected) == list(found) and all(matches(expected[name], found[name]) for name in expected)
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(matches, expected, found))
    return bool(expected == found)
