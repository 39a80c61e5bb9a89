"""`hanse dev` outside of a project: supergraph.yaml names modules of Python subgraphs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.processes import HANSE, run_to_end
from tests.hanse.dev.conftest import DevProcess, run_dev
from tests.hanse.dev.test_python_subgraphs import children, edit, gone

REVIEWS = """\
import strawberry


@strawberry.type
class Query:
    @strawberry.field
    def stars(self) -> int:
        return 5


schema = strawberry.federation.Schema(query=Query)
plain = strawberry.Schema(query=Query)
nothing = 3
"""
TEXT = """\
    @strawberry.field
    def text(self) -> str:
        return "Good."


schema ="""
# An ASGI application without a lifespan, whose GraphQL is at a path of its own.
PRICES = """\
import json


async def app(scope, receive, send):
    assert scope["type"] == "http"
    query = json.loads((await receive())["body"])["query"]
    data = {"_service": {"sdl": "type Query { price: Int }"}} if "_service" in query else {"price": 3}
    status = 200 if scope["path"] == "/api" else 404
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": json.dumps({"data": data}).encode()})
"""
REVIEWS_ENTRY = "  reviews: {schema: {python: 'reviews.app:schema'}}\n"
CONFIG = f"""\
subgraphs:
  prices: {{routing_url: 'http://127.0.0.1:9/api', schema: {{python: 'prices:app'}}}}
{REVIEWS_ENTRY}"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "reviews").mkdir()
    (tmp_path / "reviews" / "app.py").write_text(REVIEWS)
    (tmp_path / "prices.py").write_text(PRICES)
    (tmp_path / "supergraph.yaml").write_text(CONFIG)
    return tmp_path


def state(dev: DevProcess, subgraph: str, state: str, error: str = "") -> dict[str, object]:
    """Wait until a subgraph is reported in a state."""
    return dev.event(
        "subgraph", lambda one: (one["subgraph"], one["state"]) == (subgraph, state) and error in one["error"]
    )


def test_an_application_and_a_schema_run_reload_and_end(folder: Path) -> None:
    app = folder / "reviews" / "app.py"
    with run_dev(folder) as dev:
        dev.serving(1)
        assert dev.ask("{ stars price }") == {"data": {"stars": 5, "price": 3}}
        prices = state(dev, "prices", "started")["pid"]

        edit(app, "schema =", TEXT)
        dev.until("{ text }", lambda response: response == {"data": {"text": "Good."}})
        state(dev, "reviews", "reloaded")

        edit(app, "def text(self) -> str:", "def text(self) -> str")
        failed = state(dev, "reviews", "failed", "SyntaxError")
        assert failed["error"] == "reviews/app.py:12: SyntaxError: expected ':'"
        assert failed["detail"] == "the process before still serves"
        assert dev.ask("{ stars text }") == {"data": {"stars": 5, "text": "Good."}}

        edit(app, "def text(self) -> str", "def text(self) -> str:")
        edit(app, "return 5", "return 4")
        dev.until("{ stars }", lambda response: response == {"data": {"stars": 4}})

        edit(app, "import strawberry\n", "import strawberry\nfrom missing import nothing\n")
        failed = state(dev, "reviews", "failed", "missing")
        assert failed["error"] == "reviews/app.py:2: ModuleNotFoundError: No module named 'missing'"
        assert dev.ask("{ stars }") == {"data": {"stars": 4}}
        assert not [one for one in dev.events if one.get("state") == "reloaded" and one["subgraph"] == "prices"]

        started = children(dev.process.process.pid)
        assert prices in started
        (folder / "supergraph.yaml").write_text(CONFIG.replace(REVIEWS_ENTRY, ""))
        dev.until('{ __type(name: "Query") { fields { name } } price }', lambda found: "stars" not in str(found))
        assert dev.ask("{ price }") == {"data": {"price": 3}}
    assert gone(started)


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("reviews.none:schema", "subgraph reviews: there is no module 'reviews.none'; see schema.python"),
        ("reviews.app:none", "subgraph reviews: reviews.app has no 'none'; see schema.python"),
        ("reviews.app:nothing", "reviews.app:nothing is neither an ASGI application nor a Strawberry schema"),
        ("reviews.app:plain", "does not answer `_service { sdl }`; is it a federated subgraph?"),
    ],
)
def test_what_cannot_serve_is_told_and_starts_after_a_correction(folder: Path, target: str, error: str) -> None:
    config = folder / "supergraph.yaml"
    config.write_text(CONFIG.replace("reviews.app:schema", target))
    with run_dev(folder) as dev:
        assert error in str(state(dev, "reviews", "failed")["error"])
        assert dev.until("{ price }", lambda response: "data" in response) == {"data": {"price": 3}}
        config.write_text(CONFIG)
        dev.until("{ stars }", lambda response: response == {"data": {"stars": 5}})


def test_a_file_beside_it_is_for_mocks_and_other_commands(folder: Path) -> None:
    (folder / "reviews.graphql").write_text("type Query { stars: Int! }")
    config = folder / "supergraph.yaml"
    done = run_to_end(HANSE, "compose", "--config", "supergraph.yaml", cwd=folder)
    assert done.returncode == 1
    assert "subgraph prices: schema.python: only `hanse dev` runs Python subgraphs; give `file`" in done.stderr

    config.write_text(f"subgraphs:\n{REVIEWS_ENTRY}".replace("schema'}", "schema', file: reviews.graphql}"))
    done = run_to_end(HANSE, "compose", "--config", "supergraph.yaml", cwd=folder)
    assert done.returncode == 0, done.stderr

    (folder / "reviews" / "app.py").write_text("1 / 0\n")
    with run_dev(folder, "--mock", "reviews") as dev:
        dev.serving(1)
        assert isinstance(dev.ask("{ stars }")["data"]["stars"], int)
        (folder / "reviews.graphql").write_text("type Query { stars: Int! count: Int! }")
        dev.serving(2)
        assert not [one for one in dev.events if one["event"] == "subgraph"]
    with run_dev(folder) as dev:
        assert state(dev, "reviews", "failed")["error"] == "reviews/app.py:1: ZeroDivisionError: division by zero"
        dev.serving(1)
        assert dev.ask("{ count }")["errors"][0]["extensions"]["code"] == "SUBGRAPH_UNREACHABLE"
