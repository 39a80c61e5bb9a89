"""The files of the containers, looked over by the tools that know their form."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
BIN = Path(sys.executable).parent
HOSTS = re.compile(r"\b(router-1|router-2|media|minio):\d+")


def run(*command: str | Path) -> str:
    """Run a tool that must find nothing wrong; what it says."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_compose_yml_has_the_form_of_the_specification() -> None:
    run(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", ROOT / "compose.yml")


def test_the_dockerfile_is_well_made() -> None:
    run(BIN / "hadolint", ROOT / "Dockerfile")


def test_nginx_understands_its_configuration(tmp_path: Path) -> None:
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is missing: `apt install nginx-light`")
    written = (ROOT / "deploy/nginx/nginx.conf").read_text()
    assert len(HOSTS.findall(written)) == 4
    alone = HOSTS.sub("127.0.0.1:1", written).replace("/tmp/", f"{tmp_path}/")  # names are known to containers alone
    (tmp_path / "nginx.conf").write_text(alone)
    assert "test is successful" in run(nginx, "-t", "-c", tmp_path / "nginx.conf")
