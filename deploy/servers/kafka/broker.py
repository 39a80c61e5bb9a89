"""The broker: settings, command, and two listeners, one plain and one with TLS and passwords."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path

from deploy.servers.base import ServerFailed, accepts, free_port
from deploy.servers.kafka.certificate import write_certificate
from deploy.servers.kafka.jars import jars, java

USER, PASSWORD = "hanse", "the-test-password"  # for the listener with passwords
HEAP = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC")
COMPILE_LITTLE = "-XX:TieredStopAtLevel=1"
FORMAT_SECONDS = 180


class KafkaServer:
    """A broker that is its own controller, with its data in `folder` and without automatic topics."""

    name = "kafka"

    def __init__(self, folder: Path, *, port: int | None = None, brief: bool = False) -> None:
        """`brief` reduces JIT compilation: faster start, lower throughput. For tests."""
        self.folder = folder.absolute()
        self.port = free_port() if port is None else port
        self.secure_port = free_port()
        self._compiling = (COMPILE_LITTLE,) if brief else ()
        self._controller_port = free_port()

    @property
    def url(self) -> str:
        """The URL without TLS and password."""
        return f"kafka://127.0.0.1:{self.port}"

    @property
    def secure_url(self) -> str:
        """The URL with TLS and password."""
        address = f"kafka://{USER}:{PASSWORD}@127.0.0.1:{self.secure_port}"
        return f"{address}?security=SASL_SSL&ca_file={self.certificate}"

    @property
    def certificate(self) -> Path:
        """The certificate of the listener with TLS."""
        return self.folder / "certificate.pem"

    def prepare(self) -> None:
        jars()
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.certificate.exists():
            write_certificate(self.certificate, self._keystore)
        self._settings.write_text("".join(f"{name}={value}\n" for name, value in self._options().items()))
        if not (self._data / "meta.properties").exists():
            self._format()

    def command(self) -> list[str]:
        return [*self._java(), *HEAP, *self._compiling, "kafka.Kafka", str(self._settings)]

    def environment(self) -> Mapping[str, str]:
        return {}

    def ready(self) -> bool:
        """The broker opens its ports last."""
        return accepts(self.port) and accepts(self.secure_port)

    @property
    def _settings(self) -> Path:
        return self.folder / "server.properties"

    @property
    def _keystore(self) -> Path:
        return self.folder / "keystore.pem"

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _java(self) -> list[str]:
        quiet = f"-Dlog4j2.configurationFile={Path(__file__).with_name('log4j2.properties')}"
        return [java(), "-cp", f"{jars()}/*", quiet]

    def _format(self) -> None:
        """Format the data folder with Kafka's tool."""
        tool = [*self._java(), COMPILE_LITTLE, "kafka.tools.StorageTool", "format"]
        command = [*tool, "--cluster-id", str(uuid.uuid4()), "--config", str(self._settings)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=FORMAT_SECONDS, check=False)
        if done.returncode != 0:
            raise ServerFailed(f"kafka: its folder could not be formatted: {(done.stdout + done.stderr)[-1000:]}")

    def _options(self) -> dict[str, str]:
        listeners = f"OPEN://127.0.0.1:{self.port},SECURE://127.0.0.1:{self.secure_port}"
        login = f'org.apache.kafka.common.security.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
        return {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@127.0.0.1:{self._controller_port}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"{listeners},CONTROLLER://127.0.0.1:{self._controller_port}",
            "advertised.listeners": listeners,
            "inter.broker.listener.name": "OPEN",
            "listener.security.protocol.map": "OPEN:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT",
            "listener.name.secure.sasl.enabled.mechanisms": "PLAIN",
            "listener.name.secure.plain.sasl.jaas.config": login,
            "listener.name.secure.ssl.keystore.type": "PEM",
            "listener.name.secure.ssl.keystore.location": str(self._keystore),
            "log.dirs": str(self._data),
            "auto.create.topics.enable": "false",
            "group.initial.rebalance.delay.ms": "0",
            # A single small broker: internal topics need no replication.
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "transaction.state.log.num.partitions": "4",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
        }
