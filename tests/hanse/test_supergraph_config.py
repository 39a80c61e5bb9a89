"""The composition's configuration file: what it takes, and what it says of what it does not."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from hanse.cli import main
from hanse.registry.folder import FolderStore
from hanse.registry.store import Author, Line, Publish
from hanse.supergraph_config import read_config, read_subgraphs
from hanse_wire.command_line import CommandError


def write(folder: Path, text: str) -> Path:
    path = folder / "supergraph.yaml"
    path.write_text(text)
    return path


def test_files_are_relative_to_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "a.graphql").write_text("type Query { a: Int }")
    config = write(
        tmp_path,
        "federation_version: =2.11.0\nsubgraphs: {a: {routing_url: http://a/graphql, schema: {file: a.graphql}}}",
    )
    [source] = read_subgraphs(config)
    assert (source.name, source.url, source.sdl) == ("a", "http://a/graphql", "type Query { a: Int }")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("subgraphs: [", "not valid YAML"),
        ("subgraphs:\n  a: {schema: {file: x}}\n  a: {schema: {file: y}}\n", "duplicate key 'a'"),
        ("graphs: {}", "subgraphs"),
        ("subgraphs: {a: {schema: {}}}", "subgraphs.a.schema"),
        ("subgraphs: {a: {schema: {file: missing.graphql}}}", "cannot read"),
        ("subgraphs: {a: {schema: {subgraph_url: 'ftp://x'}}}", "http://"),
        ("subgraphs: {a: {schema: {file: x}, rooting_url: y}}", "rooting_url"),
        ("", "the file"),
        ("subgraphs:\n  a:\n    schema: {file: x, sdl: y}\n", "supergraph.yaml:3:13: subgraphs.a.schema: give one of"),
        ("subgraphs: {a: {schema: {graphref: shop@staging}}}", "`graphref` and `subgraph` belong together"),
        (
            "subgraphs: {a: {schema: {graphref: shop@staging, subgraph: a}}}",
            "schema.graphref: set HANSE_REGISTRY",
        ),
        ("subgraphs: {a: {schema: {python: app}}}", "subgraphs.a.schema.python: give a module and its attribute"),
        ("subgraphs: {a: {schema: {python: 'a:b', sdl: x}}}", "`python` stands alone, or beside `file`"),
        ("subgraphs: {a: {schema: {python: 'a:b'}}}", "subgraph a: schema.python: only `hanse dev` runs"),
        ("subgraphs: {a: {schema: {sdl: x, introspection_headers: {a: b}}}}", "belong to `subgraph_url`"),
        ("federation_version: =3.0.0\nsubgraphs: {}", "supergraph.yaml:1:21: federation_version: give 1, 2,"),
        ("subgraphs:\n  a:\n    routing_url: http://${env.HANSE_NONE}/\n", "supergraph.yaml:3:18: the environment"),
        ("subgraphs: {a: {schema: {sdl: '${file.none.graphql}'}}}", "supergraph.yaml:1:31: cannot read the file"),
        ("subgraphs: {[a]: {schema: {sdl: x}}}", "supergraph.yaml:1:13: a key must be text"),
        ("subgraphs: &a {b: *a}", "subgraphs.b"),
        ("[" * 5000, "nested too deeply"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(CommandError, match=r"(?s).*") as failure:
        read_subgraphs(write(tmp_path, text))
    assert message in failure.value.message


def test_variables_are_replaced_in_every_string(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_HOST", "shop.example")
    (tmp_path / "token").write_text("s3cret\n")
    config = read_config(
        write(
            tmp_path,
            "subgraphs:\n  a:\n    routing_url: https://${env.SHOP_HOST}:${env.SHOP_PORT:-443}/$x{env.x}\n"
            "    schema:\n      subgraph_url: http://a/\n"
            "      introspection_headers: {authorization: 'Bearer ${file.token}'}\n",
        )
    )
    assert config.subgraphs["a"].url == "https://shop.example:443/$x{env.x}"
    assert config.subgraphs["a"].source.introspection_headers == {"authorization": "Bearer s3cret"}


@pytest.mark.parametrize("version", ["1", "2", "=2.9.0", "'2'", "latest-2", "=0.36.0", "2.3", "v2.4.1-alpha.0"])
def test_every_form_of_the_federation_version_is_accepted(tmp_path: Path, version: str) -> None:
    assert read_config(write(tmp_path, f"federation_version: {version}\nsubgraphs: {{}}")).subgraphs == {}


def test_a_subgraph_of_the_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FolderStore(tmp_path / "published")
    publish = Publish(subgraph="items", sdl="type Query { a: Int }", url="http://items")
    store.publish(Line("staging"), publish, Author(who="ada"))
    monkeypatch.setenv("HANSE_REGISTRY", str(tmp_path / "published"))
    form = "subgraphs: {a: {schema: {graphref: shop@staging, subgraph: NAME}}}"
    [source] = read_subgraphs(write(tmp_path, form.replace("NAME", "items")))
    assert (source.name, source.url, source.sdl.strip()) == ("a", "http://items", "type Query { a: Int }")
    with pytest.raises(CommandError, match=r"shop@staging has no subgraph 'other'; it has items"):
        read_subgraphs(write(tmp_path, form.replace("NAME", "other")))


def test_a_subgraph_of_the_registry_has_a_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FolderStore(tmp_path / "published")
    store.publish(Line("staging"), Publish(subgraph="items", sdl="type Query { a: Int }", url=""), Author(who="ada"))
    monkeypatch.setenv("HANSE_REGISTRY", str(tmp_path / "published"))
    config = write(tmp_path, "subgraphs: {a: {schema: {graphref: shop@staging, subgraph: items}}}")
    done = CliRunner().invoke(main, ["compose", "--config", str(config)])
    assert done.exit_code == 1
    assert "subgraph a: schema.graphref: shop@staging has no URL of 'items': give `routing_url`, or" in done.stderr
    config = write(
        tmp_path, "subgraphs: {a: {routing_url: http://a, schema: {graphref: shop@staging, subgraph: items}}}"
    )
    done = CliRunner().invoke(main, ["compose", "--config", str(config)])
    assert done.exit_code == 0, done.stderr
    assert 'url: "http://a"' in done.stdout


def test_names_of_subgraphs_are_text(tmp_path: Path) -> None:
    names = ["1", "on", "null", "2024-01-01", "my shop", "größe"]
    text = "".join(f"  {name}: {{schema: {{sdl: x}}}}\n" for name in names)
    assert [one.name for one in read_subgraphs(write(tmp_path, f"subgraphs:\n{text}"))] == names


def test_the_configuration_can_come_from_stdin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.graphql").write_text("type Query { a: Int }")
    given = "subgraphs: {a: {routing_url: http://a, schema: {file: a.graphql}}}"
    done = CliRunner().invoke(main, ["compose", "--config", "-"], input=given)
    assert done.exit_code == 0, done.output
    assert "http://a" in done.stdout
    wrong = CliRunner().invoke(main, ["compose", "--config", "-"], input="subgraphs: 1")
    assert "stdin:1:12: subgraphs:" in wrong.stderr


def test_the_api_schema_is_what_clients_see(tmp_path: Path) -> None:
    link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@inaccessible", "@key"])'
    (tmp_path / "a.graphql").write_text(
        f'{link} type Query {{ a: A }} type A @key(fields: "id") {{ id: ID! cost: Int @inaccessible }}'
    )
    config = write(tmp_path, "subgraphs: {a: {routing_url: http://a, schema: {file: a.graphql}}}")
    done = CliRunner().invoke(main, ["compose", "--config", str(config), "--api-schema"])
    assert done.exit_code == 0, done.output
    assert done.stdout == "type Query {\n  a: A\n}\n\ntype A {\n  id: ID!\n}\n"


class _Subgraph(BaseHTTPRequestHandler):
    answer: bytes = b""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def subgraph_url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Subgraph)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/graphql"
    server.shutdown()
    server.server_close()
    thread.join()


def test_sdl_is_fetched_from_a_running_subgraph(tmp_path: Path, subgraph_url: str) -> None:
    _Subgraph.answer = json.dumps({"data": {"_service": {"sdl": "type Query { b: Int }"}}}).encode()
    [source] = read_subgraphs(write(tmp_path, f"subgraphs: {{b: {{schema: {{subgraph_url: '{subgraph_url}'}}}}}}"))
    assert (source.url, source.sdl) == (subgraph_url, "type Query { b: Int }")


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b'{"data": null}', b'{"data": {"_service": {"sdl": 1}}}'])
def test_what_is_not_a_subgraph_is_refused(tmp_path: Path, subgraph_url: str, answer: bytes) -> None:
    _Subgraph.answer = answer
    with pytest.raises(CommandError, match="subgraph b"):
        read_subgraphs(write(tmp_path, f"subgraphs: {{b: {{schema: {{subgraph_url: '{subgraph_url}'}}}}}}"))


def test_a_subgraph_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="subgraph b: cannot fetch"):
        read_subgraphs(write(tmp_path, "subgraphs: {b: {schema: {subgraph_url: 'http://127.0.0.1:9/graphql'}}}"))
