"""GraphiQL, health, metrics, keys."""

from __future__ import annotations

import html
import re
from pathlib import Path

import orjson
import pytest

from hanse_router.server.pages import STATIC
from tests.router.platform import Platform

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def test_graphiql_is_ours_alone(platform: Platform) -> None:
    reply = await platform.send("GET", "/", headers=BROWSER)
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert (await platform.send("GET", "/graphql", headers=BROWSER)).body == reply.body
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    page = reply.body.decode()
    config = re.search(r'name="hanse" content="([^"]*)"', page)
    assert config is not None
    assert orjson.loads(html.unescape(config[1]))["path"] == "/graphql"
    links = re.findall(r'(?:src|href)="([^"]+)"', page)
    files = [link for link in links if not link.startswith("data:")]
    assert files
    for file in files:
        assert file.startswith("./graphiql/")
        asset = await platform.send("GET", file.removeprefix("."))
        assert asset.status == 200
        assert "immutable" in asset.headers["cache-control"]
        assert asset.headers["content-type"] in ("text/javascript", "text/css", "application/javascript")


def test_the_built_page_names_no_other_host_to_load_from() -> None:
    for file in STATIC.rglob("*.js"):
        text = file.read_text(encoding="utf-8", errors="replace")
        for loader in ("import(", "importScripts(", "fetch(", "new Worker("):
            assert not re.search(re.escape(loader) + r"""\s*["'`]https?:""", text), file.name
    for file in STATIC.rglob("*.css"):
        assert not re.search(r"(@import|url\()\s*[\"']?https?:", file.read_text(encoding="utf-8")), file.name
    assert (STATIC / "THIRD_PARTY.txt").read_text(encoding="utf-8").count("License Text:") > 50


async def test_the_plan_tab_gets_the_plan_of_an_operation(platform: Platform) -> None:
    json_type = {"content-type": "application/json"}
    body = orjson.dumps({"query": "{ me { score } hello }"})
    planned = (await platform.send("POST", "/graphiql/plan", body=body, headers=json_type)).json
    assert list(planned) == ["plan", "text", "estimatedCost"]
    assert planned["text"].startswith("QueryPlan {")
    assert planned["plan"]["node"]["node"] in ("Sequence", "Parallel", "Fetch")
    assert planned["estimatedCost"] >= 1
    wrong = await platform.send("POST", "/graphiql/plan", body=b'{"query": "{ nothing }"}', headers=json_type)
    assert wrong.status == 400
    assert "nothing" in wrong.json["errors"][0]["message"]
    assert (await platform.send("GET", "/graphiql/plan", headers=BROWSER)).status == 405
    simple = await platform.send("POST", "/graphiql/plan", body=body, headers={"content-type": "text/plain"})
    assert simple.status == 415  # no page of another origin can ask without a preflight


async def test_without_graphiql_there_are_no_plans(tmp_path: Path) -> None:
    off = Platform(tmp_path, graphiql={"enabled": False})
    reply = await off.send("POST", "/graphiql/plan", body=b"{}", headers={"content-type": "application/json"})
    assert reply.status == 404


async def test_others_get_a_list_of_paths(platform: Platform) -> None:
    reply = await platform.send("GET", "/", headers={"accept": "*/*"})
    assert reply.json["graphql"] == "/graphql"


async def test_graphiql_can_be_switched_off_or_greet_otherwise(tmp_path: Path) -> None:
    off = Platform(tmp_path, graphiql={"enabled": False})
    reply = await off.send("GET", "/", headers=BROWSER)
    assert reply.headers["content-type"] == "application/json"
    script = next(STATIC.glob("graphiql/*.js")).name
    assert (await off.send("GET", f"/graphiql/{script}")).status == 404
    other = Platform(tmp_path, graphiql={"default_query": '{ hello } # </script> "'}, path="/api")
    page = (await other.send("GET", "/", headers=BROWSER)).body.decode()
    assert "</script> " not in page.split("<title>")[0]
    assert "/api" in page


@pytest.mark.parametrize(
    "path",
    ["/graphiql/../../../app.py", "/graphiql/..%2f..%2fpages.py", "/graphiql/", "/graphiql", "/none", "/graphqlx"],
)
async def test_nothing_else_is_served(platform: Platform, path: str) -> None:
    assert (await platform.send("GET", path)).status == 404


async def test_health_and_methods(platform: Platform) -> None:
    for path in ("/health/live", "/health/ready"):
        assert (await platform.send("GET", path)).status == 200
        assert (await platform.send("HEAD", path)).status == 200
        refused = await platform.send("POST", path)
        assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD")


async def test_the_routers_keys_are_public(platform: Platform) -> None:
    reply = await platform.send("GET", "/.well-known/jwks.json")
    (key,) = reply.json["keys"]
    assert key["kty"] == "OKP"
    assert "d" not in key


async def test_metrics(platform: Platform) -> None:
    await platform.post("{ hello }")
    await platform.post("{ nope }")
    text = (await platform.send("GET", "/metrics")).body.decode()
    for line in (
        'hanse_requests_total{status="200",transport="http"} 1.0',
        'hanse_requests_total{status="400",transport="http"} 1.0',
        'hanse_refused_total{code="GRAPHQL_VALIDATION_FAILED"} 1.0',
        'hanse_fetches_total{outcome="ok",subgraph="accounts"} 1.0',
        'hanse_request_seconds_count{transport="http"} 2.0',
    ):
        assert line in text, line
