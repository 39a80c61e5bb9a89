"""The jars of a broker: from `KAFKA_HOME`, or downloaded once from Maven Central by `mvn` into the cache folder."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from deploy.servers.base import ServerFailed, ServerMissing

POM = Path(__file__).with_name("pom.xml")
GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
FETCH_SECONDS = 600


def java() -> str:
    """The program that runs Java. Raises ServerMissing."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin" if home else None)
    if found is None:
        raise ServerMissing("kafka needs `java`: install Java 17 (Debian: openjdk-17-jre-headless), or set JAVA_HOME")
    return found


def jars() -> Path:
    """The folder of the broker's jars. Raises ServerMissing, and ServerFailed if `mvn` fails."""
    home = os.environ.get("KAFKA_HOME")
    if home:
        folder = Path(home) / "libs"
        if not any(folder.glob("kafka_*.jar")):
            raise ServerMissing(
                f"kafka: there are no jars in {folder}: set KAFKA_HOME to an unpacked Kafka 4, or unset it"
            )
        return folder
    folder = _cache() / f"kafka-{hashlib.sha256(POM.read_bytes()).hexdigest()[:12]}"
    if not folder.exists():
        _fetch(folder)
    return folder


def _cache() -> Path:
    """The cache folder: `HANSE_CACHE`, or `hanse` in the user's cache folder."""
    chosen = os.environ.get("HANSE_CACHE")
    return Path(chosen) if chosen else Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "hanse"


def _fetch(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise ServerMissing(
            "kafka needs `mvn` to fetch its jars once: install Maven (Debian: maven), "
            "or set KAFKA_HOME to an unpacked Kafka 4"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        fetched = Path(temporary) / "jars"
        command = [maven, "-q", "-B", "-f", str(POM), GOAL, f"-DoutputDirectory={fetched}", "-DincludeScope=runtime"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_SECONDS, check=False)
        if done.returncode != 0:
            raise ServerFailed(f"kafka: `mvn` could not fetch the jars: {(done.stdout + done.stderr)[-1000:]}")
        try:
            fetched.rename(folder)
        except OSError:
            if not folder.exists():  # otherwise another process was faster
                raise
