"""What is wrong with a cluster, its URL or its topics is said in one line, and in time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from click.testing import CliRunner

from deploy.servers.base import ServerProcess
from deploy.servers.kafka import KafkaServer
from deploy.servers.kafka.broker import PASSWORD
from deploy.servers.postgres import Postgres
from hanse.cli import main
from hanse_subgraph.events.kafka.setup import set_up_topics
from hanse_subgraph.events.open import open_event_log
from hanse_wire.settings import SettingsError
from subgraphs.users.app import create
from subgraphs.users.settings import UsersSettings
from tests.integration.kafka.conftest import TOPICS


@pytest.fixture
def broker(kafka_server: ServerProcess) -> KafkaServer:
    """The broker."""
    assert isinstance(kafka_server.server, KafkaServer)
    return kafka_server.server


async def refusal(url: str) -> str:
    """What is said of a URL; within seconds."""
    started = time.monotonic()
    with pytest.raises(SettingsError) as refused:
        await open_event_log(url, TOPICS)
    assert time.monotonic() - started < 10
    message = str(refused.value)
    assert "\n" not in message
    assert PASSWORD not in message
    return message


async def test_nobody_is_there() -> None:
    assert "cannot reach Kafka at 127.0.0.1:9" in await refusal("kafka://127.0.0.1:9")
    assert "cannot reach Kafka at no.such.host.invalid:9092" in await refusal("kafka://no.such.host.invalid?timeout=5")


async def test_somebody_else_is_there(broker: KafkaServer, postgres_server: Postgres) -> None:
    port = postgres_server.port
    assert f"127.0.0.1:{port}" in await refusal(f"kafka://127.0.0.1:{port}?timeout=2")
    assert f"127.0.0.1:{broker.port}" in await refusal(f"kafka://127.0.0.1:{broker.port}?security=SSL&timeout=2")
    assert f"127.0.0.1:{broker.secure_port}" in await refusal(f"kafka://127.0.0.1:{broker.secure_port}?timeout=2")


async def test_credentials(broker: KafkaServer) -> None:
    assert "refuses the user or the password" in await refusal(broker.secure_url.replace(PASSWORD, "wrong"))
    assert "refuses the user or the password" in await refusal(f"{broker.secure_url}&mechanism=SCRAM-SHA-256")
    assert "cannot be trusted" in await refusal(broker.secure_url.partition("&ca_file")[0])
    url = f"{broker.secure_url}&prefix=secure."
    await set_up_topics(url, TOPICS)
    log = await open_event_log(url, TOPICS)
    assert await log.dead_letters() == []
    await log.close()


async def test_a_missing_topic(broker: KafkaServer) -> None:
    said = await refusal(f"{broker.url}?prefix=missing.")
    assert "missing.users" in said
    assert "hanse events setup" in said


async def test_a_subgraph_names_its_setting(tmp_path: Path, broker: KafkaServer) -> None:
    app = create(UsersSettings.load(data_dir=tmp_path, events_url=f"{broker.url}?prefix=missing."))
    with pytest.raises(SettingsError, match=r"setting HANSE_USERS_EVENTS_URL: .* lacks the topics"):
        await app.start()


def ran(tmp_path: Path, *arguments: str) -> tuple[int, list[str]]:
    """Exit code and lines of `hanse events ...`."""
    result = CliRunner().invoke(main, ["events", *arguments, "--data", str(tmp_path)])
    return result.exit_code, result.output.splitlines()


def test_setting_up_from_the_command_line(tmp_path: Path, broker: KafkaServer) -> None:
    url = f"{broker.url}?prefix=shell."
    code, lines = ran(tmp_path, "setup", "--url", url)
    assert code == 0
    assert lines[0] == "shell.users: made, 6 partitions in 1 copies"
    assert "offsets.retention.minutes" in lines[-1]
    assert ran(tmp_path, "setup", "--url", url)[1][0] == "shell.users: as declared"
    assert "analytics: 0 behind" in ran(tmp_path, "lag", "--url", url)[1]
    assert ran(tmp_path, "dead", "list", "--url", url) == (0, ["no dead letters"])


async def test_what_is_set_otherwise_is_put_right_and_partitions_stay(broker: KafkaServer) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=f"127.0.0.1:{broker.port}")
    await admin.start()
    await admin.create_topics([NewTopic("other.users", 2, 1, topic_configs={"retention.ms": "1000"})])
    await admin.close()
    done = await set_up_topics(f"{broker.url}?prefix=other.", TOPICS)
    assert "put right: retention.ms=-1" in done["other.users"]
    assert "it keeps its 2 partitions, 6 are declared" in done["other.users"]
    assert len([name for name in done if name.startswith("other.")]) == len(TOPICS.all)
    assert "as declared" in (await set_up_topics(f"{broker.url}?prefix=other.", TOPICS))["other.users"]
