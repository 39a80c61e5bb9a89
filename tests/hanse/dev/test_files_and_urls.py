"""`hanse dev` over SDL files and URLs: edit a file, see the new field answered."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hanse.registry.folder import FolderStore
from hanse.registry.store import Author, Line, Publish
from tests.e2e.processes import HANSE, run_to_end, running
from tests.hanse.dev.conftest import DEADLINE, DevProcess, run_dev

MAX_SECONDS = 2.0  # from the edit to the new field in a response; measured: 0.06 s
MAX_RECOMPOSE_MS = 1_000  # measured: 60 ms. The promise is 300 ms on a machine that does nothing else


class _Subgraph(BaseHTTPRequestHandler):
    """A subgraph whose SDL changes: it answers `_service`, and every other query with {"price": 3}."""

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        sdl = self.server.sdl  # type: ignore[attr-defined]
        data = {"_service": {"sdl": sdl}} if "_service" in request["query"] else {"price": 3}
        body = json.dumps({"data": data}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


class SubgraphServer(ThreadingHTTPServer):
    """A server of a subgraph on this machine."""

    daemon_threads = True
    sdl: str | None = "type Query { price: Int }"

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_port}/graphql"


@pytest.fixture
def subgraph() -> Iterator[SubgraphServer]:
    server = SubgraphServer(("127.0.0.1", 0), _Subgraph)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def folder(tmp_path: Path, subgraph: SubgraphServer) -> Path:
    """Two subgraphs: `shop` in a file, `prices` by its URL."""
    (tmp_path / "shop.graphql").write_text("type Query {\n  name: String\n}\n")
    (tmp_path / "supergraph.yaml").write_text(
        "subgraphs:\n"
        f"  shop: {{routing_url: '{subgraph.url}', schema: {{file: shop.graphql}}}}\n"
        f"  prices: {{schema: {{subgraph_url: '{subgraph.url}'}}}}\n"
    )
    return tmp_path


@pytest.fixture
def dev(folder: Path) -> Iterator[DevProcess]:
    with run_dev(folder, "--config", "supergraph.yaml") as process:
        yield process


def test_an_edit_is_answered_and_a_broken_one_keeps_the_last_supergraph(dev: DevProcess, folder: Path) -> None:
    dev.serving(1)
    assert dev.ask("{ price }") == {"data": {"price": 3}}
    start = time.monotonic()
    (folder / "shop.graphql").write_text("type Query {\n  name: String\n  stock: Int\n}\n")
    dev.until("{ stock }", lambda response: "data" in response)
    took = time.monotonic() - start
    event = dev.serving(2)
    print(f"answered after {took:.3f} s; {event}")
    assert event["changed"] == ["shop"]
    assert event["total_ms"] < MAX_RECOMPOSE_MS
    assert took < MAX_SECONDS

    (folder / "shop.graphql").write_text("type Query {\n  name: Nothing\n}\n")
    refused = dev.event("refused")
    [problem] = refused["problems"]
    assert refused["number"] == 2
    assert problem["code"] == "INVALID_GRAPHQL"
    assert problem["places"] == [{"origin": "shop.graphql", "subgraph": "shop", "line": 2, "column": 9}]
    assert problem["shown"].splitlines()[1:] == ["    2 |   name: Nothing", "      |         ^^^^^^^"]
    assert dev.ask("{ price }") == {"data": {"price": 3}}
    assert dev.fields() == {"name", "stock", "price"}

    assert dev.event("repairs")["repairs"] == ["possible repair: Write String for Nothing."]

    (folder / "shop.graphql").write_text("type Query { title: String }")
    dev.serving(3)
    assert dev.fields() == {"title", "price"}


def test_a_url_is_polled_and_keeps_its_last_sdl(dev: DevProcess, folder: Path, subgraph: SubgraphServer) -> None:
    dev.serving(1)
    subgraph.sdl = "type Query { price: Int currency: String }"
    assert dev.serving(2)["changed"] == ["prices"]
    assert dev.fields() == {"name", "price", "currency"}

    subgraph.sdl = None
    event = dev.event("subgraph")
    assert (event["subgraph"], event["state"]) == ("prices", "unavailable")
    (folder / "shop.graphql").write_text("type Query { title: String }")
    dev.serving(3)
    assert dev.fields() == {"title", "price", "currency"}
    subgraph.sdl = "type Query { price: Int currency: String }"
    dev.event("subgraph", lambda event: event["state"] == "available")


def test_the_configuration_is_watched(dev: DevProcess, folder: Path) -> None:
    dev.serving(1)
    (folder / "extra.graphql").write_text("type Query { extra: Int }")
    config = (folder / "supergraph.yaml").read_text()
    (folder / "supergraph.yaml").write_text("subgraphs: [")
    assert "not valid YAML" in dev.event("config")["message"]
    added = "  extra: {routing_url: 'http://127.0.0.1:9/', schema: {file: extra.graphql}}\n"
    (folder / "supergraph.yaml").write_text(config + added)
    dev.serving(2)
    assert dev.fields() == {"name", "price", "extra"}
    (folder / "extra.graphql").write_text("type Query { extra2: Int }")
    dev.serving(3)
    (folder / "supergraph.yaml").write_text(config)
    dev.serving(4)
    assert dev.fields() == {"name", "price"}


def test_the_url_of_a_subgraph_in_the_registry_is_the_one_there(tmp_path: Path, subgraph: SubgraphServer) -> None:
    store = FolderStore(tmp_path / "published")
    for name, url in (("prices", subgraph.url), ("names", "")):
        publish = Publish(subgraph=name, sdl=f"type Query {{ {name[:-1]}: Int }}", url=url)
        store.publish(Line("staging"), publish, Author(who="ada"))
    (tmp_path / "supergraph.yaml").write_text(
        "subgraphs:\n"
        "  prices: {schema: {graphref: shop@staging, subgraph: prices}}\n"
        "  names: {schema: {graphref: shop@staging, subgraph: names}}\n"
    )
    registry = {"HANSE_REGISTRY": str(tmp_path / "published")}
    with run_dev(tmp_path, env=registry) as dev:
        dev.serving(1)
        assert dev.ask("{ price }") == {"data": {"price": 3}}
        event = dev.event("subgraph")
        assert (event["subgraph"], event["state"]) == ("names", "unavailable")
        assert "has no URL of 'names': give `routing_url`, or publish the subgraph with --url" in event["detail"]
    with run_dev(tmp_path, "--mock", "names", env=registry) as dev:
        dev.serving(1)
        assert isinstance(dev.ask("{ name }")["data"]["name"], int)


def test_it_starts_with_what_does_not_compose(folder: Path) -> None:
    (folder / "shop.graphql").write_text("type Query { name: }")
    with run_dev(folder) as dev:  # finds supergraph.yaml
        assert dev.event("refused")["number"] == 0
        assert dev.ask("{ price }")["errors"][0]["extensions"]["code"] == "SERVICE_UNAVAILABLE"
        (folder / "shop.graphql").write_text("type Query { name: String }")
        dev.serving(1)
        assert dev.ask("{ price }") == {"data": {"price": 3}}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--config", "none.yaml"], "cannot read none.yaml"),
        ([], "is not in a Hanse project"),
        (["--config", "supergraph.yaml", "--router-config", "none.yaml"], "none.yaml"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, options: list[str], message: str) -> None:
    if "supergraph.yaml" in options:
        (tmp_path / "supergraph.yaml").write_text("subgraphs: {}")
    done = run_to_end(HANSE, "dev", "--port", "0", *options, cwd=tmp_path)
    assert done.returncode == 1
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_text_is_for_people_and_the_browser_opens(folder: Path) -> None:
    browser, opened = folder / "browser", folder / "opened"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}.part && mv {opened}.part {opened}\n')
    browser.chmod(0o755)
    with running(HANSE, "dev", "--port", "0", "--open", cwd=folder, env={"BROWSER": f"{browser} %s"}) as process:
        process.wait_for(r"^router on http://127.0.0.1:\d+/graphql \(GraphiQL: ")
        process.wait_for(r"^supergraph 1 \(prices, shop\): composed in \d+ ms, served \d+ ms after the change$")
        (folder / "shop.graphql").write_text("type Query {\n  name: Nothing\n}\n")
        process.wait_for(r"^shop.graphql:2:9: error INVALID_GRAPHQL: ")
        process.wait_for(r"^      \|         \^{7}$")
        process.wait_for(r"^1 error \(shop\); still serving supergraph 1$")
        end = time.monotonic() + DEADLINE
        while not opened.exists() and time.monotonic() < end:
            time.sleep(0.02)
        assert re.fullmatch(r"http://127.0.0.1:\d+/#plan\n", opened.read_text())
        assert process.stop() in (0, 130)
