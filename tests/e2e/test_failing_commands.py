"""A command that cannot go on says why in one line on stderr, and ends with a code that is not 0."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.e2e.processes import HANSE, run_to_end


def failing(*command: str | Path, env: dict[str, str] | None = None) -> str:
    """The one line that a failing command says."""
    done = run_to_end(HANSE, *command, env=env)
    assert done.returncode != 0
    assert done.stdout == ""
    [line] = done.stderr.strip().splitlines()
    assert line.startswith("hanse: ")
    return line


def test_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for command in (("up", "--data", tmp_path), ("subgraph", "users")):
            assert "--port" in failing(*command, "--port", port)


@pytest.mark.parametrize(
    ("command", "variable"),
    [
        (("subgraph", "users", "--port", "0"), {"HANSE_USERS_DATABASE_ULR": "x"}),
        (("subgraph", "catalog", "--port", "0"), {"HANSE_CATALOG_DATABASE_POOL_SIZE": "many"}),
        (("up", "--port", "0"), {"HANSE_ROUTER_INTROSPEKTION": "true"}),
        (("subgraph", "analytics", "--port", "0"), {"HANSE_ANALYTICS_LIVE_URL": "redis"}),
        (("subgraph", "notifications", "--port", "0"), {"HANSE_NOTIFICATIONS_LIVE_URL": "kafka://h"}),
    ],
)
def test_settings(tmp_path: Path, command: tuple[str, ...], variable: dict[str, str]) -> None:
    [name] = variable
    assert name in failing(*command, env=variable | {"HANSE_DATA": str(tmp_path)})


def test_a_store_that_is_none(tmp_path: Path) -> None:
    message = failing("up", "--port", "0", env={"HANSE_ROUTER_STORE__URL": "redis:6379", "HANSE_DATA": str(tmp_path)})
    assert "store.url" in message
    assert "redis://HOST:PORT" in message


def test_router_settings_file(tmp_path: Path) -> None:
    config = tmp_path / "router.yaml"
    config.write_text("introspektion: true\n")
    supergraph = Path(__file__).parents[2] / "schema" / "published" / "supergraph.graphql"
    message = failing("router", "--supergraph", supergraph, "--config", config, "--port", "0")
    assert "introspektion" in message
    assert "introspection" in message  # the nearest valid name


def test_data_folder(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for folder in (file, file / "below"):
        assert "--data" in failing("up", "--port", "0", "--data", folder)


def test_files(tmp_path: Path) -> None:
    missing, wrong = tmp_path / "missing.graphql", tmp_path / "wrong.graphql"
    wrong.write_text("type Query { a: Int }")
    assert str(missing) in failing("router", "--supergraph", missing, "--port", "0")
    assert "not a supergraph" in failing("router", "--supergraph", wrong, "--port", "0")
    assert "not a supergraph" in failing("plan", "--supergraph", wrong, wrong)


def test_unknown_subgraph() -> None:
    assert "users" in failing("subgraph", "nobody")
