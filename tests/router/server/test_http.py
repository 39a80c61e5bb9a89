"""GraphQL over HTTP: what is answered, and what is said to bad input."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from tests.router.identity.keys import NOW, Issuer
from tests.router.platform import Platform

JSON = {"content-type": "application/json"}
STRICT = {"accept": "application/graphql-response+json"}
LEGACY = {"accept": "application/json"}


async def test_an_operation_over_two_subgraphs(platform: Platform) -> None:
    reply = await platform.post("query ($b: In) { hello me { id score } echo(a: 1, b: $b) }", variables={"b": {"x": 2}})
    assert reply.status == 200
    assert reply.json == {"data": {"hello": "world", "me": {"id": "1", "score": 15}, "echo": '{"a":1,"b":{"x":2}}'}}
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    assert int(reply.headers["content-length"]) == len(reply.body)


@pytest.mark.parametrize(
    ("body", "code", "said", "place"),
    [
        (b"{", "BAD_REQUEST", "not valid JSON", None),
        (b"", "BAD_REQUEST", "no body", None),
        (b'{"query": "{ hello }"', "BAD_REQUEST", "not valid JSON", None),
        (b'{"query": "\xff"}', "BAD_REQUEST", "", None),
        (b'{"variables":' + b"[" * 100_000, "BAD_REQUEST", "", None),
        (b"null", "BAD_REQUEST", "an object", None),
        (b'"{ hello }"', "BAD_REQUEST", "an object", None),
        (b'[{"query": "{ hello }"}]', "BATCHING_NOT_SUPPORTED", "a request of its own", None),
        (b"{}", "BAD_REQUEST", "no query", None),
        (b'{"query": null}', "BAD_REQUEST", "no query", None),
        (b'{"query": 5}', "BAD_REQUEST", "`query` must be a string", None),
        (b'{"query": "{ hello }", "variables": [1]}', "BAD_REQUEST", "`variables` must be an object", None),
        (b'{"query": "{ hello }", "operationName": 1}', "BAD_REQUEST", "`operationName` must be a string", None),
    ],
)
@pytest.mark.parametrize("accept", [{}, STRICT, LEGACY])
async def test_requests_that_are_none(
    platform: Platform, body: bytes, code: str, said: str, place: Any, accept: dict[str, str]
) -> None:
    reply = await platform.send("POST", "/graphql", headers={**JSON, **accept}, body=body)
    assert reply.status == 400
    assert reply.codes == [code]
    assert said in reply.json["errors"][0]["message"]
    assert "data" not in reply.json


@pytest.mark.parametrize(
    ("query", "more", "code", "said", "place"),
    [
        ("{ hello", {}, "GRAPHQL_PARSE_FAILED", "Expected Name", (1, 8)),
        ("", {}, "BAD_REQUEST", "no query", None),
        ("  ", {}, "GRAPHQL_PARSE_FAILED", "Unexpected <EOF>", (1, 3)),
        ("{\n  nope\n}", {}, "GRAPHQL_VALIDATION_FAILED", "nope", (2, 3)),
        ("{ helo }", {}, "GRAPHQL_VALIDATION_FAILED", "Did you mean 'hello'?", (1, 3)),
        ("query ($a: Int!) { echo(a: $a) }", {}, "BAD_USER_INPUT", "$a", (1, 8)),
        ("query ($a: Int!) { echo(a: $a) }", {"variables": {"a": "x"}}, "BAD_USER_INPUT", "Int cannot", (1, 8)),
        ("query ($a: Int!) { echo(a: $a) }", {"variables": {"a": None}}, "BAD_USER_INPUT", "null", (1, 8)),
        (
            "query ($b: In) { echo(a: 1, b: $b) }",
            {"variables": {"b": {"x": 1, "zz": 2}}},
            "BAD_USER_INPUT",
            "unknown field 'zz'",
            (1, 8),
        ),
        ("query A { hello } query B { hello }", {}, "OPERATION_RESOLUTION_FAILURE", "(A, B)", None),
        ("query A { hello }", {"operationName": "C"}, "OPERATION_RESOLUTION_FAILURE", "it has A", None),
        ("fragment F on Query { hello }", {}, "GRAPHQL_VALIDATION_FAILED", "never used", (1, 1)),
        ("{ " + "a: hello " * 20_000 + "}", {}, "MAX_TOKENS_LIMIT", "15000 tokens", None),
        (
            "{ ...F0 } "
            + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} }}" for n in range(1500))
            + " fragment F1500 on Query { hello }",
            {},
            "MAX_DEPTH_LIMIT",
            "nested too deeply",
            None,
        ),
        ("{" * 5000, {}, "GRAPHQL_PARSE_FAILED", "", None),
        ("{ " + " ".join(f"a{n}: hello" for n in range(201)) + "}", {}, "MAX_ROOT_FIELDS_LIMIT", "201", None),
    ],
)
async def test_operations_that_cannot_run(
    platform: Platform, query: str, more: dict[str, Any], code: str, said: str, place: tuple[int, int] | None
) -> None:
    for headers in ({}, STRICT):
        reply = await platform.post(query, headers=headers, **more)
        assert reply.status == 400
        assert set(reply.codes) == {code}
        error = reply.json["errors"][0]
        assert said in error["message"]
        if place is not None:
            assert error["locations"][0] == {"line": place[0], "column": place[1]}
        assert "Traceback" not in reply.body.decode()
    legacy = await platform.post(query, headers=LEGACY, **more)
    assert legacy.status == (400 if code == "BAD_REQUEST" else 200)
    assert legacy.json == reply.json
    assert platform.subgraphs["accounts"].requests == []


async def test_tokens(platform: Platform, tmp_path: Path) -> None:
    stranger = Issuer(tmp_path, "stranger")
    for value in (platform.issuer.bearer(exp=NOW - 100), stranger.bearer(), "Bearer x.y.z", "Basic abc"):
        for accept in ({}, STRICT, LEGACY):
            reply = await platform.post("{ hello }", headers={"authorization": value, **accept})
            assert reply.status == 401
            assert reply.codes == ["UNAUTHENTICATED"]
            assert reply.headers["www-authenticate"].startswith("Bearer")
            assert value.split()[1] not in reply.body.decode()
    reply = await platform.post("{ hello secret caller }", headers={"authorization": platform.issuer.bearer()})
    assert reply.json == {"data": {"hello": "world", "secret": "s3cret", "caller": "u1"}}
    assert platform.subgraphs["accounts"].claims(-1)["client_ip"] == "10.1.1.1"


async def test_a_client_never_gives_a_subgraph_its_own_token_or_headers(platform: Platform) -> None:
    token = platform.issuer.bearer()
    await platform.post("{ me { score } }", headers={"authorization": token, "x-secret": "1", "cookie": "a=b"})
    for endpoint in platform.subgraphs.values():
        headers = endpoint.headers[-1]
        assert set(headers) == {"authorization"}
        assert headers["authorization"] != token
        assert endpoint.claims(-1)["aud"] == endpoint.name


@pytest.mark.parametrize(
    ("method", "headers", "status", "code"),
    [
        ("PUT", JSON, 405, "METHOD_NOT_ALLOWED"),
        ("DELETE", JSON, 405, "METHOD_NOT_ALLOWED"),
        ("HEAD", {}, 405, "METHOD_NOT_ALLOWED"),
        ("POST", {**JSON, "accept": "image/png"}, 406, "NOT_ACCEPTABLE"),
        ("POST", {"content-type": "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", {"content-type": "application/graphql"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", {"content-type": "application/json; charset=latin1"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", {**JSON, "content-encoding": "gzip"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", {}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", {"content-type": "text/plain", "sec-fetch-site": "cross-site"}, 400, "CSRF_PREVENTED"),
        ("GET", {"sec-fetch-site": "cross-site"}, 400, "CSRF_PREVENTED"),
        ("POST", {**JSON, "content-length": "999999999"}, 413, "REQUEST_TOO_LARGE"),
    ],
)
async def test_what_http_refuses(
    platform: Platform, method: str, headers: dict[str, str], status: int, code: str
) -> None:
    reply = await platform.send(method, "/graphql", headers=headers, body=b'{"query": "{ hello }"}')
    assert (reply.status, reply.codes) == (status, [code])
    if status == 405:
        assert "POST" in reply.headers["allow"]


async def test_bodies_in_parts(platform: Platform) -> None:
    reply = await platform.send("POST", "/graphql", headers=JSON, chunks=(b'{"query":', b' "{ hello', b' }"}', b""))
    assert reply.json == {"data": {"hello": "world"}}
    huge = (b"x" * 1_500_000,) * 2
    assert (await platform.send("POST", "/graphql", headers=JSON, chunks=huge)).status == 413
    utf8 = {"content-type": "application/json; charset=UTF-8"}
    assert (await platform.send("POST", "/graphql", headers=utf8, body=b'{"query":"{hello}"}')).status == 200


async def test_get_is_for_queries(platform: Platform) -> None:
    async def get(**parameters: str) -> Any:
        return await platform.send("GET", "/graphql", query_string=urlencode(parameters))

    reply = await get(
        query="query A($a: Int!) { echo(a: $a) } query B { hello }", operationName="A", variables='{"a":1}'
    )
    assert reply.json == {"data": {"echo": '{"a":1}'}}
    refused = await get(query="mutation { set(x: 1) }")
    assert (refused.status, refused.codes, refused.headers["allow"]) == (405, ["METHOD_NOT_ALLOWED"], "POST")
    assert (await get(query="{ hello }", variables="[1]")).codes == ["BAD_REQUEST"]
    assert (await get(query="{ hello }", variables="{")).codes == ["BAD_REQUEST"]
    assert (await get()).codes == ["BAD_REQUEST"]
    assert len(platform.subgraphs["accounts"].requests) == 1


async def test_persisted_queries(platform: Platform) -> None:
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(b"{ hello }").hexdigest()}}
    unknown = await platform.post(None, extensions=extensions)
    assert (unknown.status, unknown.codes) == (200, ["PERSISTED_QUERY_NOT_FOUND"])
    assert unknown.json["errors"][0]["message"] == "PersistedQueryNotFound"
    assert (await platform.post("{ hello }", extensions=extensions)).json == {"data": {"hello": "world"}}
    query_string = urlencode({"extensions": orjson.dumps(extensions).decode()})
    assert (await platform.send("GET", "/graphql", query_string=query_string)).json == {"data": {"hello": "world"}}


async def test_a_trusted_document_by_its_path(tmp_path: Path) -> None:
    file = tmp_path / "documents.json"
    file.write_text('{"hello-1": "{ hello }"}')
    platform = Platform(tmp_path, persisted={"trusted_documents": file, "trusted_only": True})
    assert (await platform.send("GET", "/graphql/hello-1")).json == {"data": {"hello": "world"}}
    assert (await platform.send("POST", "/graphql/hello-1", headers=JSON, body=b"{}")).status == 200
    assert (await platform.send("GET", "/graphql/other")).codes == ["PERSISTED_QUERY_NOT_IN_LIST"]
    assert (await platform.post("{ caller }")).codes == ["PERSISTED_QUERY_NOT_IN_LIST"]


async def test_rate_limits_count_every_use(platform: Platform) -> None:
    refused = await platform.post("{ limited a: limited ...F } fragment F on Query { b: limited c: limited }")
    assert (refused.status, refused.codes) == (429, ["RATE_LIMITED"])
    assert (await platform.post("{ limited a: limited }")).status == 200
    assert (
        await platform.post("query($s: Boolean!) { limited a: limited @skip(if: $s) }", variables={"s": True})
    ).status == 200
    never = "{ limited @skip(if: true) ... @include(if: false) { limited } }"
    assert [(await platform.post(never)).status for _ in range(9)] == [200] * 9
    late = await platform.post("{ limited }")
    assert (late.status, late.headers["retry-after"]) == (429, "1200")
    assert (await platform.post("{ limited }", headers={"authorization": platform.issuer.bearer()})).status == 200
    assert (await platform.post("{ hello }")).status == 200


async def test_introspection_can_be_switched_off(platform: Platform, tmp_path: Path) -> None:
    assert (await platform.post("{ __schema { queryType { name } } }")).json["data"]["__schema"]
    closed = Platform(tmp_path, introspection=False, suggestions=False)
    assert (await closed.post("{ __schema { queryType { name } } }")).codes[0] == "GRAPHQL_VALIDATION_FAILED"
    assert (await closed.post("{ __typename }")).json == {"data": {"__typename": "Query"}}
    assert "Did you mean" not in (await closed.post("{ helo }")).body.decode()


async def test_documents_are_prepared_once(platform: Platform) -> None:
    metrics = platform.router.engine.metrics
    for _ in range(3):
        await platform.post("{ hello }")
    assert (metrics.document_misses.value, metrics.document_hits.value) == (1, 2)


async def test_a_fault_of_ours_is_masked(platform: Platform, caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        @property
        def of_anonymous(self) -> None:
            raise ZeroDivisionError("a secret cause")

    platform.router.engine._limiter = Broken()  # type: ignore[assignment]
    reply = await platform.post("{ hello }")
    assert (reply.status, reply.codes) == (500, ["INTERNAL_SERVER_ERROR"])
    assert "a secret cause" not in reply.body.decode()
    assert reply.json["errors"][0]["extensions"]["id"] in caplog.text
    assert "a secret cause" in caplog.text


async def test_cors(tmp_path: Path) -> None:
    platform = Platform(tmp_path, cors={"origins": ["https://shop.example"]})
    origin = {"origin": "https://shop.example"}
    preflight = await platform.send("OPTIONS", "/graphql", headers={**origin, "access-control-request-method": "POST"})
    assert preflight.status == 204
    assert preflight.headers["access-control-allow-origin"] == "https://shop.example"
    for query in ("{ hello }", "{ nope }"):
        assert "access-control-allow-origin" in (await platform.post(query, headers=origin)).headers
    assert "access-control-allow-origin" not in (await platform.post("{ hello }")).headers


@pytest.mark.parametrize(
    ("type_", "argument", "value", "status"),
    [
        ("Any", "any", "1" + "0" * 30, 200),
        ("Any", "any", '{"a": [' + "9" * 25 + "]}", 200),
        ("Float", "real", "1" + "0" * 30, 200),
        ("Any", "any", "[" * 900 + "]" * 900, 200),
        ("Any", "any", "1e400", 400),
        ("Any", "any", '"\\ud800"', 400),
        ("Any", "any", "NaN", 400),
    ],
)
async def test_values_at_the_edge_of_json(
    platform: Platform, type_: str, argument: str, value: str, status: int
) -> None:
    query = f"query ($v: {type_}) {{ echo(a: 1, {argument}: $v) }}"
    body = b'{"query": %s, "variables": {"v": %s}}' % (orjson.dumps(query), value.encode())
    reply = await platform.send("POST", "/graphql", headers=JSON, body=body)
    assert reply.status == status, reply.body
    if status == 200:
        assert json.loads(platform.subgraphs["accounts"].bodies[-1])["variables"] == {"v": json.loads(value)}


async def test_a_mutation_is_completed_when_its_client_disconnects(platform: Platform) -> None:
    """Servers may cancel the request's task then."""
    request = asyncio.create_task(platform.post("mutation { slowly set(x: 1) }"))
    for _ in range(500):
        if platform.subgraphs["accounts"].requests:
            break
        await asyncio.sleep(0.01)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    await platform.router.stop()
    metrics = (await platform.send("GET", "/metrics")).body.decode()
    assert 'hanse_fetches_total{outcome="ok",subgraph="accounts"} 1.0' in metrics
