"""What is off where strangers connect: with `ENV=production`, and in the container image."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from hanse_router.settings import RouterSettings
from hanse_router.settings_errors import ErrorSettings
from hanse_router.transports.protocol import FileAt
from hanse_wire.settings import SettingsError
from tests.docs.test_codes import error_codes
from tests.e2e.processes import HANSE, run_to_end, running
from tests.router.platform import ACCOUNTS, Endpoint, Platform

ROOT = Path(__file__).parents[2]
TRACE = 'Traceback (most recent call last):\n  File "/srv/app/db.py", line 3, in load\n    raise KeyError'
SECRET = "connection to 10.0.0.7:5432 refused for role hanse"
BROWSER = {"accept": "text/html"}


class Failing(Endpoint):
    """The subgraph `accounts`, whose every reply has these errors."""

    def __init__(self, *errors: dict[str, Any]) -> None:
        super().__init__("accounts", ACCOUNTS, {})
        self._reply = orjson.dumps({"data": {"limited": None}, "errors": errors})

    async def handle(self, body: bytes, headers: Mapping[str, str], files: Sequence[FileAt] = ()) -> tuple[int, bytes]:
        return 200, self._reply


async def errors_of(folder: Path, *errors: dict[str, Any], **settings: Any) -> list[dict[str, Any]]:
    """What a client gets of a subgraph's errors."""
    platform = Platform(folder, replaced={"accounts": Failing(*errors)}, **settings)
    reply = await platform.post("{ limited }", headers={"x-request-id": "r-1"})
    shown: list[dict[str, Any]] = reply.json["errors"]
    return shown


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of this test."""
    monkeypatch.setenv("ENV", "production")


@pytest.mark.usefixtures("production")
async def test_graphiql_introspection_and_suggestions_are_off(tmp_path: Path) -> None:
    platform = Platform(tmp_path)
    for path in ("/", "/graphql"):
        reply = await platform.send("GET", path, headers=BROWSER)
        assert b"<html" not in reply.body
    assert (await platform.send("GET", "/graphiql/index.js")).status == 404
    assert set((await platform.post("{ __schema { types { name } } }")).codes) == {"GRAPHQL_VALIDATION_FAILED"}
    assert (await platform.post("{ __typename hello }")).json["data"] == {"__typename": "Query", "hello": "world"}
    reply = await platform.post("query ($a: In) { helo echo(a: 1, bb: 2) }", variables={"a": {"xx": 1}})
    assert b"Did you mean" not in reply.body
    reply = await platform.post("query ($a: In) { echo(a: 1, b: $a) }", variables={"a": {"xx": 1}})
    assert b"Did you mean" not in reply.body


@pytest.mark.usefixtures("production")
def test_each_default_can_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSE_ROUTER_INTROSPECTION", "true")
    file = tmp_path / "router.yaml"
    file.write_text("graphiql: {enabled: true}\nerrors: {mask: {reviews: false}}")
    settings = RouterSettings.load(file)
    assert (settings.graphiql.enabled, settings.introspection, settings.suggestions) == (True, True, False)
    assert settings.errors.mask == {"reviews": False}


def test_development_is_the_default_and_other_names_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ENV", raising=False)
    settings = RouterSettings.load()
    assert (settings.graphiql.enabled, settings.introspection, settings.suggestions) == (True, True, True)
    monkeypatch.setenv("HANSE_ROUTER_ERRORS__MASK", "all")
    assert RouterSettings.load().errors.mask == "all"
    monkeypatch.setenv("ENV", "prod")
    with pytest.raises(SettingsError, match="setting ENV in the environment: use development or production"):
        RouterSettings.load()


@pytest.mark.usefixtures("production")
async def test_errors_are_masked_and_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    error = {"message": SECRET, "path": ["limited"], "extensions": {"code": "DB_DOWN", "host": "10.0.0.7"}}
    with caplog.at_level(logging.WARNING, "hanse_router.subgraph_errors"):
        (shown, again) = await errors_of(tmp_path, error, error)
    extensions = {"code": "DOWNSTREAM_SERVICE_ERROR", "subgraph": "accounts", "id": "r-1"}
    assert shown == {
        "message": "The subgraph failed; the router's log has the reason under r-1.",
        "path": ["limited"],
        "extensions": extensions,
    }
    assert again == shown
    assert [record.getMessage() for record in caplog.records] == [f"subgraph accounts reported DB_DOWN: {SECRET}"]


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize("code", ["BAD_USER_INPUT", "CONFLICT", "NOT_FOUND", "FORBIDDEN", "TOO_MANY_ATTEMPTS"])
async def test_codes_made_for_clients_pass_with_the_listed_extensions(tmp_path: Path, code: str) -> None:
    fields = [{"name": "email", "reason": "TAKEN", "message": "It is taken."}]
    extensions = {"code": code, "fields": fields, "retryAfterSeconds": 3, "host": "10.0.0.7", "stacktrace": ["a"]}
    (shown,) = await errors_of(tmp_path, {"message": "No.", "path": ["limited"], "extensions": extensions})
    assert shown["message"] == "No."
    assert shown["extensions"] == {"code": code, "fields": fields, "retryAfterSeconds": 3, "subgraph": "accounts"}


def test_every_code_of_the_platform_s_subgraphs_passes() -> None:
    codes = error_codes(ROOT / "subgraphs") | error_codes(ROOT / "shared" / "hanse_subgraph")
    assert codes - set(ErrorSettings().codes) == set(), "add them to the default of `errors.codes`"


@pytest.mark.usefixtures("production")
async def test_the_router_s_own_codes_stay(tmp_path: Path) -> None:
    platform = Platform(tmp_path, replaced={"accounts": Malformed()})
    (error,) = (await platform.post("{ limited }")).json["errors"]
    assert error["extensions"]["code"] == "SUBGRAPH_MALFORMED_RESPONSE"
    assert error["message"].startswith("The subgraph failed;")
    platform = Platform(tmp_path)
    (error,) = (await platform.post("{ secret }")).json["errors"]
    assert error["extensions"]["code"] == "UNAUTHORIZED_FIELD_OR_TYPE"
    assert "secret" in error["message"]


@pytest.mark.parametrize(("mask", "masked"), [("none", False), ({"accounts": False}, False), ({"other": False}, True)])
async def test_masking_by_subgraph(tmp_path: Path, mask: Any, masked: bool) -> None:
    (shown,) = await errors_of(tmp_path, {"message": SECRET, "path": ["limited"]}, errors={"mask": mask})
    assert (shown["message"] != SECRET) is masked


@pytest.mark.parametrize(
    ("message", "extensions"),
    [
        (f"It failed.\n{TRACE}", {}),
        ("It failed.\n    at load (/srv/app/db.js:3:7)\n    at run (/srv/app/main.js:9:1)", {}),
        ("It failed.", {"stacktrace": ["at load (/srv/app/db.js:3:7)"], "code": "X"}),
        ("It failed.", {"exception": {"stacktrace": ["/srv/app/db.js"]}, "inner": {"stack_trace": "/srv/app/db.js"}}),
        ("It failed.", {"inner": [{"debugMessage": "/srv/app/db.js", "text": TRACE}]}),
    ],
)
async def test_stack_traces_never_pass(tmp_path: Path, message: str, extensions: dict[str, Any]) -> None:
    error = {"message": message, "path": ["limited"], "extensions": extensions}
    (shown,) = await errors_of(tmp_path, error, errors={"mask": "none"})
    assert shown["message"] == "It failed."
    assert "/srv/app" not in json.dumps(shown)


async def test_subscriptions_are_masked_too(tmp_path: Path) -> None:
    platform = Platform(tmp_path, replaced={"accounts": Broken()}, errors={"mask": "all"})
    reply = await platform.post("subscription { tick }", headers={"accept": "text/event-stream"})
    assert reply.body.count(b"The subgraph failed;") == 1
    assert SECRET.encode() not in reply.body


def test_the_image_is_for_production_and_its_command_adds_no_demo() -> None:
    final = (ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    assert re.search(r"^ENV .*\bENV=production\b", final, re.M)
    found = re.search(r"^CMD (\[.*\])$", final, re.M)
    assert found is not None
    command = json.loads(found[1])
    assert command[0] != "up" or "--no-demo" in command
    assert "demo" not in command


def test_the_commands_add_no_public_passwords(tmp_path: Path) -> None:
    production = {"ENV": "production"}
    refused = run_to_end(HANSE, "demo", "--data", tmp_path / "demo", env=production)
    assert refused.returncode == 1
    assert "its passwords are public" in refused.stderr
    with running(HANSE, "up", "--port", "0", "--data", tmp_path / "up", env=production) as process:
        process.wait_for("environment production: GraphiQL off, introspection off, suggestions off, errors masked: all")
        process.wait_for("demo data off")
        assert "Demo logins" not in process.output


class Malformed(Endpoint):
    """The subgraph `accounts`, which does not speak GraphQL."""

    def __init__(self) -> None:
        super().__init__("accounts", ACCOUNTS, {})

    async def handle(self, body: bytes, headers: Mapping[str, str], files: Sequence[FileAt] = ()) -> tuple[int, bytes]:
        return 200, b"<html>10.0.0.7</html>"


class Broken(Endpoint):
    """The subgraph `accounts`, whose subscriptions fail."""

    def __init__(self) -> None:
        super().__init__("accounts", ACCOUNTS, {})

    async def stream(self, body: bytes, headers: Mapping[str, str]) -> Any:
        yield orjson.dumps({"data": None, "errors": [{"message": SECRET}]})
