"""Files that come with a mutation: from the router in the same process, and over HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest

from shared.subgraph_app import SubgraphApp
from shared.uploads import Upload
from tests.subgraphs.harness import Person, events_of
from tests.subgraphs.media.conftest import MOST_BYTES, Kept
from tests.subgraphs.media.samples import UPLOAD_FILE, picture

OPERATION = orjson.dumps({"query": UPLOAD_FILE, "variables": {"file": None}})
PLACE = b'{"0": ["variables.file"]}'


class Sent:
    """A file as the router hands it over."""

    def __init__(self, content: bytes, name: str = "Kai.png") -> None:
        self.name, self.content_type, self.size = name, "text/plain", len(content)
        self._content = content

    async def chunks(self) -> AsyncIterator[bytes]:
        """See Upload."""
        for at in range(0, len(self._content), 1000):
            yield self._content[at : at + 1000]


async def in_process(person: Person, file: Upload) -> Any:
    """What the mutation answers."""
    status, body = await person.app.handle(OPERATION, person.headers, [("variables.file", file)])
    assert status == 200
    return orjson.loads(body)


def parts(content: bytes, name: str = "Kai.png") -> dict[str, Any]:
    """The form of a multipart request, as httpx takes it."""
    fields = [("operations", (None, OPERATION)), ("map", (None, PLACE)), ("0", (name, content, "image/png"))]
    return {"files": fields}


async def test_a_file_is_kept_like_any_other(owner: Person, http: httpx.AsyncClient, media: SubgraphApp) -> None:
    content = picture()
    local = (await in_process(owner, Sent(content, "../Löwe.png")))["data"]["uploadFile"]
    answer = await http.post("/graphql", headers=owner.headers, **parts(content, "Löwe.png"))
    over_http = answer.json()["data"]["uploadFile"]
    for kept in (local, over_http):
        assert (kept["name"], kept["mimeType"], kept["sizeBytes"]) == ("Löwe.png", "image/png", len(content))
        assert (kept["width"], kept["height"], kept["completed"]) == (640, 480, True)
        assert kept["sha256"] == hashlib.sha256(content).hexdigest()
        assert kept["owner"]["id"] == owner.user_id
        assert (await http.get(kept["url"])).content == content
    assert len(await events_of(media, "media.uploaded", count=2)) == 2


@pytest.mark.parametrize(
    ("content", "reason"), [(b"", "EMPTY"), (bytes(MOST_BYTES + 1), "TOO_LARGE"), (picture()[:999], "BROKEN_IMAGE")]
)
async def test_a_bad_file_is_refused_and_nothing_of_it_stays(
    owner: Person, http: httpx.AsyncClient, kept: Kept, content: bytes, reason: str
) -> None:
    over_http = (await http.post("/graphql", headers=owner.headers, **parts(content))).json()
    for response in (await in_process(owner, Sent(content)), over_http):
        (error,) = response["errors"]
        assert error["path"] == ["uploadFile"]
        assert [field["reason"] for field in error["extensions"]["fields"]] == [reason]
    assert not await kept()


async def test_who_may_not_write_sends_no_files(owner: Person, http: httpx.AsyncClient, kept: Kept) -> None:
    owner.claims = {"scope": "tasks:write"}
    refused = await in_process(owner, Sent(b"x"))
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    stranger = await http.post("/graphql", headers={"authorization": "Bearer nonsense"}, **parts(b"x"))
    assert (stranger.status_code, stranger.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    assert not await kept()


async def test_only_a_file_is_an_upload(owner: Person) -> None:
    for value in ("a.txt", 1, {"name": "a"}, ["a"]):
        answer = await owner(UPLOAD_FILE, file=value)
        assert answer.codes == ["BAD_USER_INPUT"]
