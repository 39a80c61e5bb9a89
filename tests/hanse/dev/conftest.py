"""`hanse dev` as a process, and a client of its router."""

from __future__ import annotations

import contextlib
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.processes import HANSE, Running, running

DEADLINE = 90.0  # seconds; generous, since CI machines are slow


class DevProcess:
    """A running `hanse dev --json`: its events, and operations sent to its router."""

    def __init__(self, process: Running) -> None:
        self.process = process
        self.url = str(self.event("listening")["graphql"])

    @property
    def events(self) -> list[dict[str, Any]]:
        """Everything it reported so far."""
        lines = self.process.output.splitlines()
        return [json.loads(line) for line in lines if line.startswith('{"event"')]

    def event(self, name: str, where: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """Wait for the first event with a name for which `where` holds."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            if found := next((one for one in self.events if one["event"] == name and where(one)), None):
                return found
            if self.process.process.poll() is not None:
                break
            time.sleep(0.01)
        pytest.fail(f"no event {name}:\n{self.process.output}")

    def serving(self, number: int = 1) -> dict[str, Any]:
        """Wait until a supergraph is served."""
        return self.event("serving", lambda event: event["number"] == number)

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The response to an operation."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(self.url, body, {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE) as reply:
                response: dict[str, Any] = json.load(reply)
        except urllib.error.HTTPError as error:
            response = json.load(error)
        return response

    @contextlib.contextmanager
    def subscribed(self, query: str) -> Iterator[Iterator[dict[str, Any]]]:
        """The events of a subscription, by server-sent events, until the block ends."""
        headers = {"content-type": "application/json", "accept": "text/event-stream"}
        request = urllib.request.Request(self.url, json.dumps({"query": query}).encode(), headers)
        with urllib.request.urlopen(request, timeout=DEADLINE) as reply:
            yield (json.loads(line.removeprefix(b"data: ")) for line in reply if line.startswith(b"data: "))

    def until(self, query: str, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Send an operation until its response fulfils a condition."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            if condition(response := self.ask(query)):
                return response
            time.sleep(0.02)
        pytest.fail(f"the response is still {response}\n{self.process.output}")

    def fields(self, name: str = "Query") -> set[str]:
        """The fields of a type, as clients see them."""
        response = self.ask("query($name: String!) { __type(name: $name) { fields { name } } }", name=name)
        return {field["name"] for field in response["data"]["__type"]["fields"]}


@contextlib.contextmanager
def run_dev(folder: Path, *options: str | Path, env: Mapping[str, str] | None = None) -> Iterator[DevProcess]:
    """Run `hanse dev` in a folder until the block ends."""
    with running(HANSE, "dev", "--json", "--port", "0", *options, cwd=folder, env=env) as process:
        yield DevProcess(process)


def exists(pid: int) -> bool:
    """Whether a process exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
