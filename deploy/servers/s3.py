"""An object store with the S3 protocol: moto, behind a check of every signature."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

from deploy.servers.base import ServerMissing, accepts, free_port

BUCKET, REGION = "hanse-media", "eu-central-1"
ACCESS_KEY, SECRET_KEY = "hanse-local", "only-for-this-machine"  # of a server that only this machine can reach


class S3Server:
    """One bucket and one pair of keys. Objects are in memory, and are written to the folder on stop."""

    name = "s3"

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder = folder
        self.port = port or free_port()

    @property
    def endpoint(self) -> str:
        """The URL of its HTTP server."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The URL, with the keys."""
        query = urlencode({"endpoint": self.endpoint, "region": REGION})
        return f"s3://{ACCESS_KEY}:{SECRET_KEY}@{BUCKET}?{query}"

    def prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    def command(self) -> list[str]:
        if importlib.util.find_spec("moto") is None:
            raise ServerMissing("the S3 server is not installed: run make test-integration or make stack")
        return [sys.executable, "-m", "deploy.servers.s3_process", str(self.port), str(self.folder)]

    def environment(self) -> Mapping[str, str]:
        return {}

    def ready(self) -> bool:
        return accepts(self.port)
