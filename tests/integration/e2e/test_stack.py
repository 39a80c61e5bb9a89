"""`make stack`: starts, serves, and leaves nothing behind when it is told to stop."""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from deploy.project import SUBGRAPHS
from deploy.servers.base import ServerMissing
from deploy.servers.kafka import KafkaServer
from deploy.stack import SERVERS, Ports
from tests.e2e.client import Client
from tests.e2e.processes import running
from tests.e2e.test_story import CREATE_PRODUCT, PERSON, PRODUCT, REGISTER
from tests.serving import do_without
from tests.subgraphs.harness import eventually

START_SECONDS = 200.0
NAMES = ("router", *SUBGRAPHS, *SERVERS)


def free_ports() -> Ports:
    """A port that is free, with all those after it that are needed."""
    for first in range(21_000, 31_000, len(NAMES)):
        if not Ports(first).taken():
            return Ports(first)
    raise AssertionError("no ports are free")


def left_behind(folder: Path) -> list[str]:
    """The commands of processes that name this folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it has ended
        if str(folder) in command:
            found.append(command)
    return found


@pytest.mark.timeout(300)
async def test_a_stack_starts_serves_and_stops(tmp_path: Path) -> None:
    try:
        KafkaServer(tmp_path / "none").command()  # the one that is not from the package index
    except ServerMissing as missing:
        do_without(missing)
    ports, folder = free_ports(), tmp_path / "stack"
    command = (sys.executable, "-m", "deploy.stack", "--port", str(ports.first), "--data", str(folder), "--no-demo")
    with running(*command) as stack:
        await asyncio.to_thread(stack.wait_for, "The platform is up", START_SECONDS)
        async with aiohttp.ClientSession() as http:
            ada = Client(f"http://127.0.0.1:{ports.first}/graphql", http)
            ada.token = (await ada.data(REGISTER, input=PERSON))["register"]["accessToken"]
            await ada.data(CREATE_PRODUCT, input=PRODUCT)

            async def counted() -> Any:
                return (await ada.data("{ stats { users products } }"))["stats"]

            async def mailed() -> int:
                return len(list((folder / "smtp" / "mails").glob("*.eml")))

            await eventually(counted, {"users": 1, "products": 1}, seconds=60)
            await eventually(mailed, 1, seconds=60)  # a link that verifies the address
        assert await asyncio.to_thread(stack.stop, 60) == 0
        assert {f"{name} stopped" for name in SUBGRAPHS} <= {
            line.split("| ")[-1].split(" (")[0] for line in stack.lines
        }
    assert left_behind(folder) == []
    assert ports.taken() == []


def test_a_taken_port_is_said_at_once(tmp_path: Path) -> None:
    ports = free_ports()
    with socket.create_server(("127.0.0.1", ports.of("postgres"))):
        with running(sys.executable, "-m", "deploy.stack", "--port", str(ports.first), "--data", tmp_path) as stack:
            said = stack.wait_for("^stack: (.*)").group(1)
        assert said.startswith(f"postgres: port {ports.of('postgres')} on 127.0.0.1 is in use")
        assert "make stack ARGS='--port N'" in said
    assert list(tmp_path.iterdir()) == []
