"""What is wrong gets a clear answer: a status, a code, a place, never a stack trace."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.e2e.client import Client
from tests.e2e.platforms import embedded
from tests.e2e.test_story import CREATE_PRODUCT, PERSON, PRODUCT, REGISTER


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with embedded(tmp_path_factory.mktemp("data"), "--no-demo") as (where, _):
        yield where


async def post(url: str, body: bytes | str, **headers: str) -> tuple[int, dict[str, Any]]:
    """Send a body as it is; the status and the response."""
    sent = {"content-type": "application/json", "accept": "application/graphql-response+json", **headers}
    async with aiohttp.ClientSession() as http, http.post(url, data=body, headers=sent) as reply:
        return reply.status, json.loads(await reply.read())


def query(text: str, **variables: Any) -> str:
    return json.dumps({"query": text, "variables": variables})


@pytest.mark.parametrize(
    ("body", "located"),
    [
        ("{", False),
        ("[]", False),
        ("{}", False),
        (b"\xff\xfe", False),
        (json.dumps({"query": 1}), False),
        (json.dumps({"query": "{ stats { users } }", "variables": []}), False),
        (query("{ stats { users }"), True),
        (query("{ nothingOfTheKind }"), True),
        (query("query Q($id: ID!) { product(id: $id) { name } }"), True),
        (query("query Q($first: Int) { products(first: $first) { totalCount } }", first="many"), True),
        (query("query Q { a: stats { users } } query R { stats { users } }"), False),
    ],
    ids=[
        "cut-off JSON", "JSON of the wrong kind", "no query", "not UTF-8", "query not text", "variables not a map",
        "syntax error", "unknown field", "missing variable", "mistyped variable", "which operation",
    ],
)  # fmt: skip
async def test_malformed_requests(url: str, body: bytes | str, located: bool) -> None:
    status, response = await post(url, body)
    assert status == 400
    assert "data" not in response
    for error in response["errors"]:
        assert error["message"]
        assert error["extensions"]["code"]
        assert "Traceback" not in json.dumps(error)
    if located:
        assert response["errors"][0]["locations"][0].keys() == {"line", "column"}


async def forged(url: str) -> str:
    """A token of the right form whose claims were changed after it was signed."""
    async with aiohttp.ClientSession() as http:
        person = PERSON | {"email": "eve@example.org", "username": "eve"}
        token = (await Client(url, http).data(REGISTER, input=person))["register"]["accessToken"]
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    changed = base64.urlsafe_b64encode(json.dumps(claims | {"roles": ["admin"]}).encode()).decode().rstrip("=")
    return f"{header}.{changed}.{signature}"


async def test_tokens_that_are_not_ours(url: str) -> None:
    for token in (await forged(url), "nonsense", "a.b.c"):
        status, response = await post(url, query("{ me { username } }"), authorization=f"Bearer {token}")
        assert (status, response["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")


async def test_private_fields_need_a_token(url: str) -> None:
    _, response = await post(url, query("{ me { username } }"))
    assert response["data"] == {"me": None}
    assert response["errors"][0]["extensions"]["code"] in ("UNAUTHENTICATED", "UNAUTHORIZED_FIELD_OR_TYPE")


async def test_rules_of_the_domains(url: str) -> None:
    async with aiohttp.ClientSession() as http:
        client = Client(url, http)
        token = (await client.data(REGISTER, input=PERSON))["register"]["accessToken"]

        [taken] = await client.errors(REGISTER, input=PERSON | {"username": "ada2"})
        assert taken["extensions"]["code"] == "CONFLICT"
        assert [field["name"] for field in taken["extensions"]["fields"]] == ["email"]
        weak = PERSON | {"email": "bob@example.org", "username": "bob", "password": "12345678"}
        [refused] = await client.errors(REGISTER, input=weak)
        assert refused["extensions"]["code"] == "BAD_USER_INPUT"
        assert [field["name"] for field in refused["extensions"]["fields"]] == ["password"]

        client.token = token
        negative = PRODUCT | {"price": {"amountMinor": -1}}
        [refused] = await client.errors(CREATE_PRODUCT, input=negative)
        assert refused["extensions"]["code"] == "BAD_USER_INPUT"
        assert refused["path"] == ["createProduct"]
        assert "stacktrace" not in json.dumps(refused).lower()


def test_the_fixture_data_is_out_of_the_way(tmp_path: Path) -> None:
    """`hanse up` keeps everything in the data folder it was given."""
    with embedded(tmp_path / "deep" / "folder", "--no-demo"):
        pass
    names = {path.name for path in (tmp_path / "deep" / "folder").iterdir()}
    assert {"users.sqlite", "catalog.sqlite", "analytics.sqlite", "events.sqlite", "keys"} <= names
