"""compose.yml, looked over without containers: what it says is what the platform understands."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from deploy.project import SUBGRAPHS
from hanse.cli import main
from hanse.supergraph_config import read_config
from hanse_router.settings import RouterSettings
from hanse_router.telemetry.metrics import Metrics
from hanse_subgraph.db import Database
from hanse_subgraph.events.counters import EventCounters
from hanse_subgraph.events.metrics import exposition
from hanse_subgraph.mail.open import open_mailer
from hanse_subgraph.storage.s3_url import read_url
from tests.deploy.settings import is_setting, settings_of

ROOT = Path(__file__).parents[2]
EXAMPLE = dict(
    line.split("=", 1) for line in (ROOT / ".env.example").read_text().splitlines() if line and not line.startswith("#")
)
GIVEN = {name: value or "s3cret" for name, value in EXAMPLE.items()}
TEXT = re.sub(r"^\s*#.*\n", "", (ROOT / "compose.yml").read_text(), flags=re.M)  # variables in comments are none
VARIABLE = re.compile(r"\$\{(\w+)(?::([?-])([^}]*))?\}")
IMAGE = "hanse:local"
OWN = {"HANSE_USERS_DATA_DIR", "HANSE_AUDIT_CHAIN_KEY_FILE"}  # jobs have another data folder, and no chain


def compose(values: dict[str, str]) -> dict[str, Any]:
    """The file with its variables replaced, as the compose command does it."""

    def value(match: re.Match[str]) -> str:
        return values.get(match[1]) or (match[3] if match[2] == "-" else "")

    loaded: dict[str, Any] = yaml.safe_load(VARIABLE.sub(value, TEXT.replace("{token}", "TOKEN")))
    return loaded


SERVICES: dict[str, dict[str, Any]] = compose(GIVEN)["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == IMAGE}


def test_each_part_of_the_platform_has_a_service() -> None:
    served = {service["command"][1] for service in OURS.values() if service["command"][0] == "subgraph"}
    assert served == set(SUBGRAPHS)
    assert [service["command"][0] for service in OURS.values()].count("router") == 2


def test_no_secret_is_in_the_file() -> None:
    assert {match[1] for match in VARIABLE.finditer(TEXT)} == set(EXAMPLE), ".env.example lists every variable"
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET", name):
                assert value == "s3cret", f"{name} must come from .env"
    assert "s3cret" not in TEXT
    for name, default in EXAMPLE.items():
        assert bool(default) == (f"${{{name}:?" not in TEXT), f"{name}: without a default it must be asked for"


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_one_of_hanse_s(name: str) -> None:
    arguments, command = list(OURS[name]["command"]), main
    context = click.Context(main, info_name="hanse")
    found: click.Command = command
    while isinstance(found, click.Group):
        context = found.make_context(context.info_name, arguments, parent=context.parent)
        if found.invoke_without_command and not context._protected_args:
            return
        _, inner, arguments = found.resolve_command(context, [*context._protected_args, *context.args])
        assert inner is not None, f"no such command: {arguments}"
        found = inner
    found.make_context(found.name, arguments, parent=context)


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(name: str) -> None:
    variables = [key for key in OURS[name].get("environment", {}) if not key.startswith("AWS_")]
    assert [key for key in variables if not is_setting(key)] == []


@pytest.mark.parametrize("name", SUBGRAPHS)
def test_the_settings_of_a_subgraph_are_good(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    prefix, environment = f"HANSE_{name.upper()}_", SERVICES[name]["environment"]
    given = {key.removeprefix(prefix).lower(): value for key, value in environment.items() if key.startswith(prefix)}
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    settings = settings_of(name).load()
    assert Database(settings.database).url.database == name
    assert settings.events == "kafka://kafka:9092"
    assert not settings.migrate_on_start, "two replicas must not migrate concurrently"
    if name == "media":
        bucket = read_url(given["storage_url"], environment)
        assert (bucket.name, bucket.endpoint) == ("hanse-media", "http://minio:9000")
        assert bucket.public_endpoint == EXAMPLE["HANSE_FILES_URL"]
    if name == "notifications":
        open_mailer(given["mail_url"])


def test_jobs_are_told_what_the_subgraphs_are_told() -> None:
    for job in ("migrate", "demo"):
        emitted = SERVICES[job]["environment"]
        for name in SUBGRAPHS:
            common = {key: value for key, value in SERVICES[name]["environment"].items() if key not in OWN}
            assert common.items() <= emitted.items()
    databases = re.findall(r"CREATE DATABASE (\w+);", (ROOT / "deploy/postgres/databases.sql").read_text())
    assert sorted(databases) == sorted([*SUBGRAPHS, "person_keys"])


def test_the_routers_are_told_where_the_subgraphs_are() -> None:
    routed = read_config(ROOT / "deploy/compose/supergraph.yaml").subgraphs
    assert {name: subgraph.routing_url for name, subgraph in routed.items()} == {
        name: f"http://{name}:4000/graphql" for name in SUBGRAPHS
    }
    settings = RouterSettings.load(ROOT / "deploy/compose/router.yaml")
    (issuer,) = settings.jwt.issuers
    assert (issuer.issuer, issuer.jwks_url) == ("hanse-users", "http://users:4000/.well-known/jwks.json")
    assert str(settings.identity.key_file).startswith("/data/")
    (subnet,) = [config["subnet"] for config in compose(GIVEN)["networks"]["default"]["ipam"]["config"]]
    assert settings.trusted_proxies == (subnet,)


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_bounded_and_pinned(name: str) -> None:
    service = SERVICES[name]
    limits = service["deploy"]["resources"]["limits"]
    assert {"cpus", "memory"} <= set(limits)
    image, _, tag = service["image"].partition(":")
    assert (image, tag) == ("hanse", "local") or re.search(r"\d+[.-]\d+", tag), f"{image} is not pinned"
    for published in service.get("ports", []):
        assert published.startswith("127.0.0.1:"), "open to this machine alone"
    for volume in service.get("volumes", []):
        source = volume.partition(":")[0]
        assert (ROOT / source).exists() if source.startswith(".") else source in compose(GIVEN)["volumes"]
    if name in OURS:
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]


def test_what_is_waited_for_can_come() -> None:
    for name, service in SERVICES.items():
        for awaited, how in service.get("depends_on", {}).items():
            other, condition = SERVICES[awaited], how["condition"]
            if condition == "service_healthy":
                assert "test" in other["healthcheck"], f"{name} waits for {awaited}, which has no health"
            else:
                assert condition == "service_completed_successfully"
                assert other["restart"] == "no", f"{name} waits for the end of {awaited}, which does not end"
    for name in SUBGRAPHS:
        assert {"migrate", "topics", "postgres", "kafka"} <= set(SERVICES[name]["depends_on"])


def test_prometheus_finds_every_part() -> None:
    jobs = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["scrape_configs"]
    targets = {target for job in jobs for config in job["static_configs"] for target in config["targets"]}
    assert {target.partition(":")[0] for target in targets} <= set(SERVICES)
    assert {"router-1:4000", "router-2:4000", *(f"{name}:4000" for name in SUBGRAPHS)} <= targets


def test_the_dashboard_shows_what_there_is() -> None:
    dashboard = json.loads((ROOT / "deploy/grafana/dashboards/platform.json").read_text())
    shown = "\n".join(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])
    names = set(re.findall(r"hanse_\w+", shown))
    families = {family.name for family in Metrics().registry.collect()}
    families |= {
        match[1] for match in re.finditer(r"^# TYPE (\w+)", exposition("users", EventCounters(), 0, {}).decode(), re.M)
    }
    unknown = {name for name in names if not {name, re.sub("_(total|bucket|sum|count)$", "", name)} & families}
    assert not unknown
    (provider,) = yaml.safe_load((ROOT / "deploy/grafana/provisioning/dashboards/dashboards.yaml").read_text())[
        "providers"
    ]
    assert any(volume.split(":")[1] == provider["options"]["path"] for volume in SERVICES["grafana"]["volumes"])
