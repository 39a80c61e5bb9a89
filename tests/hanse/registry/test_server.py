"""The server beyond the contract of stores: API keys and their rights, limits, `ENV=production`, failing databases."""

from __future__ import annotations

import json
import logging
import sqlite3
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from hanse.cli import main
from hanse.registry.client import ServerStore
from hanse.registry.errors import (
    AlreadyExists,
    Forbidden,
    InvalidInput,
    NotFound,
    RegistryUnavailable,
    StoreBroken,
    Unauthenticated,
)
from hanse.registry.server.app import MIGRATIONS
from hanse.registry.server.keys import Scope
from hanse.registry.server.settings import RegistrySettings
from hanse.registry.store import CheckOutcome, CheckRecord, Line
from hanse_subgraph.clock import utc_now
from hanse_subgraph.migrate import check_revisions
from hanse_wire.settings import SettingsError
from tests.hanse.registry.requests import code_of, query, send
from tests.hanse.registry.servers import RunningRegistry, running_registry
from tests.hanse.registry.stores import AUTHOR, CATALOG, CATALOG_WITH_PRICE, PRODUCTION, new_graph, publish

BRANCH = Line("production", "checkout")
ALIASES = b" ".join(b"a%d: graphs { name }" % number for number in range(50))


@pytest.fixture
def graph(registry: RunningRegistry) -> str:
    """A graph with `catalog` in production, published by the key `admin-...`."""
    graph = new_graph()
    publish(registry.store(registry.create_key(), graph), "catalog", CATALOG)
    return graph


def test_a_key_is_required(registry: RunningRegistry) -> None:
    for key in ("", "wrong", f"hanse_{'0' * 12}_{'x' * 43}", registry.create_key()[:-1] + "~"):
        with pytest.raises(Unauthenticated):
            registry.store(key).variants()
    status, headers, body = send(registry, "/graphql", b"{}")
    assert (status, headers["www-authenticate"], code_of(json.loads(body))) == (401, "Bearer", "UNAUTHENTICATED")


def test_keys_expire_and_are_revoked(registry: RunningRegistry) -> None:
    expired = registry.create_key(expires_at=utc_now() - timedelta(seconds=1))
    with pytest.raises(Unauthenticated, match="expired"):
        registry.store(expired).variants()
    name = new_graph()
    revoked = registry.create_key(name=name)
    registry.store(revoked).variants()
    registry.revoke_key(name)
    with pytest.raises(Unauthenticated, match="revoked"):
        registry.store(revoked).variants()
    with pytest.raises(AlreadyExists):
        registry.create_key(name=name)
    with pytest.raises(NotFound):
        registry.revoke_key("unknown")


def test_the_database_has_no_key(registry: RunningRegistry) -> None:
    if not registry.app.database.is_sqlite:
        pytest.skip("reads the file of SQLite")
    key = registry.create_key()
    files = Path(registry.app.database.url.database or "").parent.glob("registry.sqlite*")
    assert all(key.split("_", 2)[2].encode() not in file.read_bytes() for file in files)


def test_rights_are_per_scope_graph_and_subgraph(registry: RunningRegistry, graph: str) -> None:
    publisher = registry.store(registry.create_key(Scope.PUBLISH, graphs=[graph], subgraphs=["catalog"]), graph)
    assert publish(publisher, "catalog", CATALOG_WITH_PRICE).number == 2
    publisher.create_branch("production", "checkout", AUTHOR)
    publish(publisher, "catalog", CATALOG, line=BRANCH)
    other = registry.store(registry.create_key(Scope.PUBLISH, graphs=["another"]), graph)
    reader = registry.store(registry.create_key(Scope.READ, graphs=[graph]), graph)
    check = CheckRecord(
        id="a1", variant="production", subgraph="catalog", outcome=CheckOutcome.PASSED, who="", when=utc_now()
    )
    for call in (
        lambda: publish(publisher, "reviews", CATALOG),
        lambda: publisher.current(PRODUCTION),
        lambda: publisher.rollback("production", 1, AUTHOR),
        lambda: publisher.promote("production", "staging", AUTHOR),
        lambda: publisher.remove(PRODUCTION, "catalog", AUTHOR),
        lambda: publisher.record_check(check),
        lambda: publish(other, "catalog", CATALOG),
        lambda: publish(reader, "catalog", CATALOG),
        lambda: reader.create_branch("production", "x", AUTHOR),
        lambda: reader.delete_branch("production", "checkout", AUTHOR),
        lambda: reader.approve("a1", "because", AUTHOR),
    ):
        with pytest.raises(Forbidden, match="does not have the scope"):
            call()
    assert reader.current(PRODUCTION).number == 2
    assert reader.current(BRANCH).number == 2


def test_a_key_of_some_subgraphs_cannot_change_the_whole_graph(registry: RunningRegistry, graph: str) -> None:
    admin = registry.store(registry.create_key(Scope.ADMIN, graphs=[graph], subgraphs=["catalog"]), graph)
    assert publish(admin, "catalog", CATALOG_WITH_PRICE).number == 2
    with pytest.raises(Forbidden):
        admin.rollback("production", 1, AUTHOR)
    with pytest.raises(Forbidden):
        admin.promote("production", "staging", AUTHOR)
    with pytest.raises(Forbidden):
        admin.remove(PRODUCTION, "reviews", AUTHOR)


async def test_the_migrations_make_the_tables_of_the_models() -> None:
    await check_revisions(MIGRATIONS)


def test_a_refusal_has_the_status_403_and_a_code(registry: RunningRegistry, graph: str) -> None:
    key = registry.create_key(Scope.REPORT)
    status, response = query(registry, "query ($g: String!) { graph(name: $g) { name } }", key, g=graph)
    assert (status, code_of(response)) == (403, "FORBIDDEN")


def test_a_key_lists_its_graphs_only(registry: RunningRegistry, graph: str) -> None:
    key = registry.create_key(Scope.READ, graphs=[graph], name=new_graph())
    status, response = query(registry, "{ graphs { name } viewer { scopes graphs } }", key)
    assert status == 200
    assert response["data"] == {"graphs": [{"name": graph}], "viewer": {"scopes": ["read"], "graphs": [graph]}}


def test_the_author_is_the_key(registry: RunningRegistry) -> None:
    graph, name = new_graph(), new_graph()
    store = registry.store(registry.create_key(name=name), graph)
    publish(store, "catalog", CATALOG)  # by Ann, says the client
    assert store.current(PRODUCTION).summary.who == name
    store.create_branch("production", "checkout", AUTHOR)
    store.delete_branch("production", "checkout", AUTHOR)
    assert [(entry.who, entry.action, entry.subject) for entry in store.audit()] == [
        (name, "deleted", "branch checkout of production"),
        (name, "branched", "branch checkout of production 1"),
        (name, "published", "production 1"),
    ]


def test_the_diff_of_two_versions(registry: RunningRegistry, graph: str) -> None:
    key = registry.create_key()
    publish(registry.store(key, graph), "catalog", CATALOG.replace("name: String!", "title: String!"))
    document = """query ($g: String!) {
      graph(name: $g) { variant(name: "production") { diff(before: 1, after: 2) { kind level coordinate reason } } }
    }"""
    _, response = query(registry, document, key, g=graph)
    changes = response["data"]["graph"]["variant"]["diff"]
    assert [(one["level"], one["coordinate"]) for one in changes] == [
        ("breaking", "Product.name"),
        ("safe", "Product.title"),
    ]
    assert all(one["reason"] for one in changes)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "BAD_USER_INPUT"),
        (b"[]", 400, "BAD_USER_INPUT"),
        (b'{"query": 1}', 400, "BAD_USER_INPUT"),
        (b'{"query": "{"}', 400, "GRAPHQL_VALIDATION_FAILED"),
        (b'{"query": "{ unknown }"}', 400, "GRAPHQL_VALIDATION_FAILED"),
        (b'{"query": "{ graph(name: \\"a\\\\u0000\\") { name } }"}', 400, "BAD_USER_INPUT"),
        (b'{"query": "' + b"[" * 100_000 + b'"}', 400, "GRAPHQL_VALIDATION_FAILED"),
        (b'{"query": "{ ' + b"viewer { name } " * 2000 + b'}"}', 400, "GRAPHQL_VALIDATION_FAILED"),
        (
            b'{"query": "{ ' + b" ".join(b"a%d: graphs { name }" % n for n in range(50)) + b'}"}',
            400,
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ],
)
def test_requests_that_are_none(registry: RunningRegistry, body: bytes, status: int, code: str) -> None:
    found, _, content = send(registry, "/graphql", body, key=registry.create_key())
    assert (found, code_of(json.loads(content))) == (status, code)


def test_bodies_have_a_limit(tmp_path: Path) -> None:
    with running_registry(tmp_path, max_body_bytes=5_000) as registry:
        key = registry.create_key()
        publish(registry.store(key), "catalog", CATALOG)
        status, _, content = send(registry, "/graphql", b"x" * 5_001, key=key)
        assert (status, code_of(json.loads(content))) == (413, "TOO_LARGE")


def test_production_closes_graphiql_and_introspection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    introspection = "{ __schema { queryType { name } } }"
    with running_registry(tmp_path / "development") as registry:
        assert query(registry, introspection, registry.create_key())[0] == 200
        status, headers, page = send(registry, "/graphiql")
        assert status == 200
        assert "default-src 'none'" in headers["content-security-policy"]
        (script,) = [part for part in page.decode().split('"') if part.endswith(".js")]
        assert send(registry, script.removeprefix("."))[0] == 200
        assert send(registry, "/graphiql/..%2Findex.html")[0] == 404
    monkeypatch.setenv("ENV", "production")
    with running_registry(tmp_path / "production") as registry:
        status, response = query(registry, introspection, registry.create_key())
        assert (status, code_of(response)) == (400, "GRAPHQL_VALIDATION_FAILED")
        assert send(registry, "/graphiql")[0] == 404


def test_health(registry: RunningRegistry) -> None:
    assert send(registry, "/health/live")[0] == 200
    assert send(registry, "/health/ready")[0] == 200


def test_no_key_is_logged(registry: RunningRegistry, caplog: pytest.LogCaptureFixture) -> None:
    key = registry.create_key()
    with caplog.at_level(logging.DEBUG):
        registry.store(key).variants()
        query(registry, "{ unknown }", key)
    assert key.split("_", 2)[2] not in caplog.text


def test_a_database_that_fails_is_reported_and_nothing_is_half_written(tmp_path: Path) -> None:
    with running_registry(tmp_path) as registry:
        store = registry.store(registry.create_key())
        before = publish(store, "catalog", CATALOG)
        database = sqlite3.connect(registry.app.database.url.database or "")
        database.execute("ALTER TABLE registry_version_subgraphs RENAME TO elsewhere")
        with pytest.raises(RegistryUnavailable, match="database is unavailable"):
            publish(store, "catalog", CATALOG_WITH_PRICE)
        database.execute("ALTER TABLE elsewhere RENAME TO registry_version_subgraphs")
        database.execute("ALTER TABLE registry_audit RENAME TO elsewhere")
        with pytest.raises(RegistryUnavailable, match="database is unavailable"):
            publish(store, "catalog", CATALOG_WITH_PRICE)
        database.execute("ALTER TABLE elsewhere RENAME TO registry_audit")
        database.close()
        assert store.history(PRODUCTION) == (before.summary,)
        assert store.current(PRODUCTION) == before
        assert publish(store, "catalog", CATALOG_WITH_PRICE).number == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--database", "sqlite+aiosqlite:///broken.sqlite"], "cannot open the database"),
        (["--database", "mysql://user:password@host/name"], "unknown database"),
        (["--database", "postgresql+asyncpg://user:password@127.0.0.1:9/name"], "cannot open the database"),
        (["keys", "create", "a b", "--scope", "read"], "cannot be the name of a key"),
        (["keys", "revoke", "nobody"], "there is no API key 'nobody'"),
    ],
)
def test_errors_of_the_command_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.sqlite").write_bytes(b"this is no database" * 1000)
    port = [] if arguments[0] == "keys" else ["--port", "0"]
    command = [sys.executable, "-m", "hanse.cli", "registry", *port, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "password" not in done.stderr


def test_keys_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(main, ["registry", "keys", *arguments])
        assert result.exit_code == 0, result.output
        return result.stdout

    key = run("create", "ci", "--scope", "read", "--graph", "shop", "--subgraph", "catalog", "--days", "1").strip()
    run("create", "router", "--scope", "read", "--scope", "report")
    listed = json.loads(run("list", "--json"))
    assert [(one["name"], one["scopes"], one["graphs"]) for one in listed] == [
        ("ci", ["read"], ["shop"]),
        ("router", ["read", "report"], []),
    ]
    assert key.split("_", 2)[2] not in run("list")
    run("revoke", "ci")
    assert "ci: read; graphs: shop; subgraphs: catalog; revoked" in run("list")
    with running_registry(tmp_path / ".data") as registry, pytest.raises(Unauthenticated, match="revoked"):
        registry.store(key).variants()


def test_the_audit_has_keys_without_their_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(main, ["registry", *arguments])
        assert result.exit_code == 0, result.output
        return result.stdout

    key = run("keys", "create", "ops", "--scope", "admin", "--who", "Ann").strip()
    router = ("--scope", "read", "--scope", "report", "--graph", "shop", "--days", "7")
    other = run("keys", "create", "router", *router, "--who", "Bob").strip()
    for who in ("Cem", "Dan"):  # the first one revokes it
        run("keys", "revoke", "router", "--who", who)
    found = json.loads(run("audit", "--json"))
    assert [(one["who"], one["action"], one["subject"]) for one in found] == [
        ("Cem", "revoked", "API key router"),
        ("Bob", "created", "API key router"),
        ("Ann", "created", "API key ops"),
    ]
    assert found[1]["detail"].startswith("read, report; graphs: shop; subgraphs: all; expires 20")
    assert abs(datetime.fromisoformat(found[0]["when"]) - utc_now()) < timedelta(minutes=5)
    listed = run("audit", "--limit", "2")
    assert "Cem revoked API key router" in listed
    assert "Ann" not in listed
    with running_registry(tmp_path / ".data") as registry:
        publish(registry.store(key), "catalog", CATALOG)
        _, response = query(registry, "{ audit { who action subject detail } }", key)
        assert [(one["who"], one["subject"]) for one in response["data"]["audit"]][:1] == [("Cem", "API key router")]
        for scopes, graphs in (([Scope.READ], []), ([Scope.ADMIN], ["shop"])):
            status, refused = query(registry, "{ audit { who } }", registry.create_key(*scopes, graphs=graphs))
            assert (status, code_of(refused)) == (403, "FORBIDDEN")
    assert "ops published production 1: catalog" in run("audit", "--graph", "shop")
    for secret in (one.split("_", 2)[2] for one in (key, other)):
        assert secret not in json.dumps([found, response]) + run("audit")


def test_the_signing_key_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    command = ["registry", "keys", "signing", "create", "--output", "keys/private.json", "--public", "public.json"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    private, public = tmp_path / "keys" / "private.json", tmp_path / "public.json"
    assert private.stat().st_mode & 0o777 == 0o600
    assert "d" in json.loads(private.read_bytes())
    (shown,) = json.loads(public.read_bytes())["keys"]
    assert "d" not in shown
    again = CliRunner().invoke(main, command)
    assert (again.exit_code, "exists" in again.stderr) == (2, True)


def test_a_registry_that_is_unavailable() -> None:
    store = ServerStore("http://127.0.0.1:9", "shop", "key")
    with pytest.raises(RegistryUnavailable, match=r"cannot reach the registry http://127\.0\.0\.1:9"):
        store.variants()
    for url in ("ftp://x", "http://", "http://user:password@host", "http://host?x=1"):
        with pytest.raises(InvalidInput):
            ServerStore(url, "shop", "key")


def test_a_server_that_is_no_registry(registry: RunningRegistry) -> None:
    store = ServerStore(f"{registry.url}/elsewhere", "shop", "key")
    with pytest.raises(StoreBroken):
        store.variants()


def test_settings_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSE_REGISTRY_KEY", "x")  # of commands
    RegistrySettings.load()
    monkeypatch.setenv("HANSE_REGISTRY_DATABASE_UR", "x")
    with pytest.raises(SettingsError, match="did you mean HANSE_REGISTRY_DATABASE_URL"):
        RegistrySettings.load()
    monkeypatch.delenv("HANSE_REGISTRY_DATABASE_UR")
    with pytest.raises(SettingsError, match="unknown database"), running_registry(tmp_path, "mysql://host/name"):
        pass
