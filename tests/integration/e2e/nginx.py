"""nginx as compose.yml runs it, before processes of this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from deploy.platform import Platform
from deploy.servers.base import ServerMissing, accepts, free_port

WRITTEN = Path(__file__).parents[3] / "deploy" / "nginx" / "nginx.conf"


class Nginx:
    """A Server: the configuration of the containers, with their names and ports replaced."""

    name = "nginx"

    def __init__(self, folder: Path, platform: Platform) -> None:
        self.folder = folder
        self.port = free_port()
        self._files_port = free_port()
        self._platform = platform

    @property
    def url(self) -> str:
        """See Server."""
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """See Server."""
        self.folder.mkdir(parents=True, exist_ok=True)
        first, second = (process.port for process in self._platform.routers.values())
        places = {
            "router-1:4000": f"127.0.0.1:{first}",
            "router-2:4000": f"127.0.0.1:{second}",
            "media:4000": f"127.0.0.1:{self._platform.subgraphs['media'].port}",
            "minio:9000": "127.0.0.1:1",
            "listen 8080": f"listen 127.0.0.1:{self.port}",
            "listen 9000": f"listen 127.0.0.1:{self._files_port}",
            "/tmp/": f"{self.folder}/",
        }
        text = WRITTEN.read_text()
        for written, here in places.items():
            assert written in text
            text = text.replace(written, here)
        (self.folder / "nginx.conf").write_text(f"user root;\n{text}" if os.geteuid() == 0 else text)

    def command(self) -> list[str]:
        """See Server."""
        program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        if program is None:
            raise ServerMissing("nginx is missing: `apt install nginx-light`")
        return [program, "-c", str(self.folder / "nginx.conf"), "-g", "daemon off;"]

    def environment(self) -> Mapping[str, str]:
        """See Server."""
        return {}

    def ready(self) -> bool:
        """See Server."""
        return accepts(self.port)
