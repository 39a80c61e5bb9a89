"""An object store of the S3 protocol: moto's, behind a door that checks every signature."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

from deploy.servers.base import ServerMissing, accepts, free_port

BUCKET, REGION = "hanse-media", "eu-central-1"
ACCESS_KEY, SECRET_KEY = "hanse-local", "only-for-this-machine"  # of a server that none but this machine reaches


class S3Server:
    """One bucket and one pair of keys. What it holds is in memory, and written to the folder when it is stopped."""

    name = "s3"

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder = folder
        self.port = port or free_port()

    @property
    def endpoint(self) -> str:
        """Where it answers HTTP."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """See Server. The keys are in the URL."""
        said = urlencode({"endpoint": self.endpoint, "region": REGION})
        return f"s3://{ACCESS_KEY}:{SECRET_KEY}@{BUCKET}?{said}"

    def prepare(self) -> None:
        """See Server."""
        self.folder.mkdir(parents=True, exist_ok=True)

    def command(self) -> list[str]:
        """See Server."""
        if importlib.util.find_spec("moto") is None:
            raise ServerMissing("the S3 server is not installed: run make test-integration or make stack")
        return [sys.executable, "-m", "deploy.servers.s3_process", str(self.port), str(self.folder)]

    def environment(self) -> Mapping[str, str]:
        """See Server."""
        return {}

    def ready(self) -> bool:
        """See Server."""
        return accepts(self.port)
