"""The private attributes of libraries that the kit and the subgraphs use: each has a reason, and an upper pin."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import ProducerClosed

ROOT = Path(__file__).parents[2]
USED = {
    (
        "producer.py",
        "_sender",
    ): "aiokafka: a producer's `stop` sends what is queued first, forever if no broker "
    "answers; so its sender is closed before",
    ("producer.py", "_message_accumulator"): "aiokafka: whoever waits for queued messages must get an error then",
    (
        "subscription.py",
        "_client",
    ): "aiokafka: a consumer's `stop` may hang before it closes its connections, and "
    "would join the group again by them",
}


def private_attributes(path: Path) -> set[str]:
    """The private attributes used in a module that are not its own."""
    tree = ast.parse(path.read_text())
    nodes = list(ast.walk(tree))
    own = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    own |= {node.id for node in nodes if isinstance(node, ast.Name)}
    used = [node for node in nodes if isinstance(node, ast.Attribute) and node.attr.startswith("_")]
    own |= {node.attr for node in used if isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")}
    return {node.attr for node in used if not node.attr.endswith("__")} - own


def test_no_others_are_used() -> None:
    paths = [path for folder in ("shared", "subgraphs") for path in (ROOT / folder).rglob("*.py")]
    found = {(path.name, attribute) for path in paths for attribute in private_attributes(path)}
    assert found == set(USED)


def test_the_library_has_an_upper_pin() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert extras["kafka"] == ["aiokafka>=0.14,<0.15"]


async def test_they_are_still_what_they_were() -> None:
    producer = AIOKafkaProducer(bootstrap_servers="127.0.0.1:1")
    await producer._sender.close()  # what was never started can be closed
    producer._message_accumulator.fail_all(ProducerClosed())
    await producer.stop()
    consumer = AIOKafkaConsumer(bootstrap_servers="127.0.0.1:1")
    await consumer._client.close()
    await consumer.stop()
