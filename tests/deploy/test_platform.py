"""The distributed platform's processes: their commands and settings are valid."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from deploy.platform import Job, JobFailed, Outside, Platform
from deploy.project import SUBGRAPHS
from tests.deploy.settings import is_setting, settings_of

EVERYTHING = Outside(
    databases={name: f"postgresql+asyncpg://u:p@127.0.0.1:1/{name}" for name in SUBGRAPHS},
    events="kafka://127.0.0.1:2",
    store="",
    objects="s3://k:s@b?endpoint=http://127.0.0.1:4",
    mail="smtp://127.0.0.1:5",
)


def platform(folder: Path, outside: Outside) -> Platform:
    """A platform of three routers, on ports from 7000 on."""
    numbers = count(7000)
    return Platform(folder, outside, routers=3, port=lambda _: next(numbers))


@pytest.mark.parametrize("outside", [Outside(), EVERYTHING])
def test_every_variable_is_a_setting(outside: Outside, tmp_path: Path) -> None:
    made = platform(tmp_path, outside)
    variables = {name for process in made.processes.values() for name in process.variables}
    variables |= {name for job in made.jobs(demo=True) for name in job.variables}
    assert [name for name in sorted(variables) if name != "PYTHONUNBUFFERED" and not is_setting(name)] == []
    assert not is_setting("HANSE_MEDIA_NONSENSE")
    assert not is_setting("HANSE_ROUTER_JWT__NONSENSE")


def test_each_subgraph_stands_on_its_own_database(tmp_path: Path) -> None:
    made = platform(tmp_path, EVERYTHING)
    for name, process in made.subgraphs.items():
        prefix = f"HANSE_{name.upper()}_"
        given = {key.removeprefix(prefix).lower(): value for key, value in process.variables.items() if prefix in key}
        settings = settings_of(name).load(**given)
        assert settings.database == EVERYTHING.databases[name]
        assert settings.events == EVERYTHING.events
        assert settings.router_jwks == "http://127.0.0.1:7000/.well-known/jwks.json"
        assert settings.migrate_on_start is False


def test_all_routers_share_one_key(tmp_path: Path) -> None:
    made = platform(tmp_path, Outside())
    assert list(made.routers) == ["router", "router-2", "router-3"]
    assert len({router.variables["HANSE_ROUTER_IDENTITY__KEY_FILE"] for router in made.routers.values()}) == 1
    assert len({process.port for process in made.processes.values()}) == len(SUBGRAPHS) + 3


def test_a_job_that_fails_says_what_it_printed() -> None:
    with pytest.raises(JobFailed, match=r"seed ended with 3: out of grain"):
        Job("seed", ["/bin/sh", "-c", "echo out of grain >&2; exit 3"], {}).run()
