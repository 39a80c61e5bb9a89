"""The wheel without extras, beside PyPI's `schema`."""

from __future__ import annotations

import json
import re
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from email.parser import Parser
from pathlib import Path

import pytest

from tests.wheel.environment import Environment, build_wheel

SDL = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { me: User }
type User @key(fields: "id") { id: ID! name: String }
"""
CONFIG = "subgraphs: {users: {routing_url: 'http://127.0.0.1:1/graphql', schema: {file: users.graphql}}}\n"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel."""
    return build_wheel(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def base(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with the wheel and PyPI's `schema`."""
    environment = Environment(tmp_path_factory.mktemp("base") / "venv")
    environment.install(str(wheel), "schema")
    return environment


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the configuration of a supergraph, and a file named like our packages' folders."""
    (tmp_path / "users.graphql").write_text(SDL)
    (tmp_path / "supergraph.yaml").write_text(CONFIG)
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "__init__.py").write_text("raise AssertionError('not ours')\n")
    return tmp_path


@contextmanager
def router(environment: Environment, folder: Path) -> Iterator[str]:
    """A running router over the composed supergraph: its URL."""
    supergraph = folder / "supergraph.graphql"
    process = environment.start(
        environment.bin / "hanse", "router", "--supergraph", supergraph, "--port", "0", cwd=folder
    )
    assert process.stdout is not None
    try:
        seen = []
        for line in process.stdout:
            seen.append(line)
            if match := re.search(r"http://[\d.]+:\d+/graphql", line):
                yield match[0]
                break
        else:
            raise AssertionError("".join(seen))
    finally:
        process.terminate()
        process.communicate(timeout=40)


def compose_and_query(environment: Environment, folder: Path) -> None:
    """`hanse compose`, then `hanse router` over the result."""
    options = ("--config", "supergraph.yaml", "--output", "supergraph.graphql")
    environment.run(environment.bin / "hanse", "compose", *options, cwd=folder)
    with router(environment, folder) as url:
        body = json.dumps({"query": "{ __typename }"}).encode()
        request = urllib.request.Request(url, body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as response:
            assert json.loads(response.read()) == {"data": {"__typename": "Query"}}


def test_it_works_beside_schema_and_without_it(base: Environment, folder: Path) -> None:
    compose_and_query(base, folder)
    base.run(base.bin / "python", "-c", "import schema; schema.Schema(int).validate(1)")
    base.uninstall("schema")
    compose_and_query(base, folder)


@pytest.mark.parametrize(
    ("command", "extra"),
    [
        (("up", "--port", "0"), "subgraph"),
        (("dev", "--port", "0"), "subgraph"),
        (("subgraph", "users"), "subgraph"),
        (("migrate", "status"), "subgraph"),
        (("events", "lag"), "subgraph"),
        (("demo",), "subgraph"),
        (("schema", "export"), "subgraph"),
        (("registry",), "registry"),
    ],
)
def test_a_missing_extra_is_named_in_one_line(
    base: Environment, tmp_path: Path, command: tuple[str, ...], extra: str
) -> None:
    (tmp_path / "hanse.toml").write_text('[subgraphs]\nusers = { declaration = "users:subgraph", port = 4001 }\n')
    (tmp_path / "users.py").write_text("from hanse_subgraph.subgraph_app import SubgraphApp\n")
    done = base.attempt(base.bin / "hanse", *command, cwd=tmp_path)
    needs = f'hanse: hanse {command[0]} needs the extra "{extra}": pip install "hanse[{extra}]"'
    assert (done.returncode, done.stdout, done.stderr.strip()) == (1, "", needs)


@pytest.mark.parametrize(
    ("setting", "value", "extra"),
    [
        ("store", "{url: 'redis://127.0.0.1:1'}", "redis"),
        ("telemetry", "{otlp_url: 'http://127.0.0.1:1'}", "otlp"),
    ],
)
def test_a_router_says_which_extra_its_settings_need(
    base: Environment, folder: Path, setting: str, value: str, extra: str
) -> None:
    base.run(base.bin / "hanse", "compose", "--config", "supergraph.yaml", "--output", "supergraph.graphql", cwd=folder)
    (folder / "router.yaml").write_text(f"{setting}: {value}\n")
    command = ("router", "--supergraph", "supergraph.graphql", "--config", "router.yaml", "--port", "0")
    done = base.attempt(base.bin / "hanse", *command, cwd=folder)
    assert done.returncode != 0
    assert done.stderr.strip().splitlines()[-1].endswith(f'needs the extra "{extra}": pip install "hanse[{extra}]"')


def test_what_the_wheel_holds(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        [metadata] = [name for name in names if name.endswith("/METADATA")]
        described = Parser().parsestr(archive.read(metadata).decode())
    packages = {"hanse", "hanse_router", "hanse_schema", "hanse_subgraph", "hanse_wire"}
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == packages
    assert {f"{package}/py.typed" for package in packages} <= set(names)
    pages = "hanse/registry/pages"
    assert {f"{pages}/templates/base.html", f"{pages}/static/style.css"} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    python = {line.rpartition(" :: ")[2] for line in described.get_all("Classifier", []) if " 3." in line}
    assert python == {"3.11", "3.12", "3.13", "3.14"}
    relative = re.findall(r"\]\((?!https?://|#)[^)]*\)", described.get_payload())  # type: ignore[arg-type]
    assert relative == [], "links of README.md that break on PyPI"


def test_dev_follows_files_and_mocks_subgraphs_without_extras(base: Environment, folder: Path) -> None:
    process = base.start(base.bin / "hanse", "dev", "--mock-unavailable", "--port", "0", cwd=folder)
    assert process.stdout is not None
    try:
        url = next(found[1] for line in process.stdout if (found := re.search(r"router on (http://\S+)", line)))
        assert any("supergraph 1 (users)" in line for line in process.stdout)
        request = urllib.request.Request(url, b'{"query": "{ me { name } }"}', {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as response:
            assert isinstance(json.load(response)["data"]["me"]["name"], str)
        (folder / "users.graphql").write_text(SDL.replace("name: String", "name: String age: Int"))
        assert any("supergraph 2 (users)" in line for line in process.stdout)
    finally:
        process.terminate()
        process.communicate(timeout=40)
