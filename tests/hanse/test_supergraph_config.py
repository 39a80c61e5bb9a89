"""The composition's configuration file: what it takes, and what it says of what it does not."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from hanse.supergraph_config import read_subgraphs
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
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(CommandError, match=r"(?s).*") as failure:
        read_subgraphs(write(tmp_path, text))
    assert message in failure.value.message


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
