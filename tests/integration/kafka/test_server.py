"""The broker itself: open and with a password over TLS, and the same after being killed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.helpers import create_ssl_context

from deploy.servers.base import ServerMissing, ServerProcess
from deploy.servers.kafka import KafkaServer
from deploy.servers.kafka.broker import PASSWORD, USER
from deploy.servers.kafka.jars import jars


async def cluster(**how: Any) -> str:
    """The cluster's id, asked for in this way."""
    admin = AIOKafkaAdminClient(**how)
    await admin.start()
    try:
        found: str = (await admin.describe_cluster())["cluster_id"]
        return found
    finally:
        await admin.close()


async def test_it_answers_with_and_without_a_password_and_after_being_killed(
    kafka_server: ServerProcess,
) -> None:
    server = kafka_server.server
    assert isinstance(server, KafkaServer)
    secure: dict[str, Any] = {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "PLAIN",
        "sasl_plain_username": USER,
        "sasl_plain_password": PASSWORD,
        "ssl_context": create_ssl_context(cafile=str(server.certificate)),
    }
    before = await cluster(bootstrap_servers=f"127.0.0.1:{server.port}")
    kafka_server.kill()
    kafka_server.start()
    assert await cluster(bootstrap_servers=f"127.0.0.1:{server.secure_port}", **secure) == before


def test_what_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_HOME", str(tmp_path))
    with pytest.raises(ServerMissing, match="KAFKA_HOME"):
        jars()
    monkeypatch.delenv("KAFKA_HOME")
    monkeypatch.setenv("HANSE_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServerMissing, match="`mvn`"):
        jars()
