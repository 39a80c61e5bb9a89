"""`hanse doctor` on the servers that the environment names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from deploy.platform import Outside, Platform
from deploy.servers.base import free_port
from tests.e2e.processes import HANSE, run_to_end

pytestmark = pytest.mark.timeout(300)
ASKED = ("_DATABASE_URL", "_EVENTS_URL", "_STORAGE_URL", "_MAIL_URL", "STORE__URL")


def findings(variables: Mapping[str, str], folder: Path) -> tuple[int, dict[str, dict[str, Any]]]:
    """The exit code, and each finding on a server, by its variable."""
    done = run_to_end(HANSE, "doctor", "--json", "--port", "0", "--data", folder / "data", env=variables)
    found = {finding["subject"]: finding for finding in json.loads(done.stdout)}
    return done.returncode, {subject: finding for subject, finding in found.items() if subject.endswith(ASKED)}


def test_servers_that_answer_and_servers_that_do_not(outside: Outside, tmp_path: Path) -> None:
    platform = Platform(tmp_path / "platform", outside)
    for job in platform.jobs():
        if job.name == "topics":  # empty databases are told of, and no fault
            job.run()
    variables = {name: value for process in platform.processes.values() for name, value in process.variables.items()}
    code, found = findings(variables, tmp_path)
    assert [finding for finding in found.values() if not finding["ok"]] == []
    assert code == 0
    assert len(found) == 12, "eight databases, and one finding each for events, store, objects and mail"
    assert all(finding["ok"] for finding in found.values())

    away = free_port()
    wrong = {
        "HANSE_USERS_DATABASE_URL": f"postgresql+asyncpg://hanse:s3cret@127.0.0.1:{away}/users",
        "HANSE_AUDIT_EVENTS_URL": f"kafka://hanse:s3cret@127.0.0.1:{away}?security=SASL_PLAINTEXT&timeout=2",
        "HANSE_MEDIA_STORAGE_URL": outside.objects.replace("@hanse-media", "@nowhere"),
        "HANSE_NOTIFICATIONS_MAIL_URL": f"smtp://hanse:s3cret@127.0.0.1:{away}",
        "HANSE_ROUTER_STORE__URL": f"redis://:s3cret@127.0.0.1:{away}",
    }
    code, found = findings(variables | wrong, tmp_path)
    assert code == 1
    assert {name for name, finding in found.items() if not finding["ok"]} == set(wrong)
    assert "s3cret" not in json.dumps(found)
    assert "there is no bucket 'nowhere'" in found["HANSE_MEDIA_STORAGE_URL"]["detail"]
