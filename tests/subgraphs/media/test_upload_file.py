"""Files that come with a mutation: from the router in the same process, and over HTTP."""

from __future__ import annotations

import hashlib
import resource
from typing import Any

import httpx
import pytest

from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.users.keys import SigningKeys
from tests.subgraphs.harness import Person, events_of
from tests.subgraphs.media.conftest import MAX_BYTES, Kept
from tests.subgraphs.media.samples import OPERATION, UPLOAD_FILE, access_token, picture, upload_file

PLACE = b'{"0": ["variables.file"]}'


def parts(content: bytes, name: str = "Kai.png") -> dict[str, Any]:
    """The form of a multipart request, as httpx takes it."""
    fields = [("operations", (None, OPERATION)), ("map", (None, PLACE)), ("0", (name, content, "image/png"))]
    return {"files": fields}


async def test_a_file_is_kept_like_any_other(owner: Person, http: httpx.AsyncClient, media: SubgraphApp) -> None:
    content = picture()
    local = (await upload_file(owner, content, "../Löwe.png")).data["uploadFile"]
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
    ("content", "reason"), [(b"", "EMPTY"), (bytes(MAX_BYTES + 1), "TOO_LARGE"), (picture()[:999], "BROKEN_IMAGE")]
)
async def test_a_bad_file_is_refused_and_nothing_of_it_stays(
    owner: Person, http: httpx.AsyncClient, kept: Kept, content: bytes, reason: str
) -> None:
    over_http = (await http.post("/graphql", headers=owner.headers, **parts(content))).json()
    for errors in ((await upload_file(owner, content)).errors, over_http["errors"]):
        (error,) = errors
        assert error["path"] == ["uploadFile"]
        assert [field["reason"] for field in error["extensions"]["fields"]] == [reason]
    assert not await kept()


async def test_who_may_not_write_sends_no_files(owner: Person, http: httpx.AsyncClient, kept: Kept) -> None:
    owner.claims = {"scope": "tasks:write"}
    assert (await upload_file(owner, b"x")).codes == ["FORBIDDEN"]
    stranger = await http.post("/graphql", headers={"authorization": "Bearer nonsense"}, **parts(b"x"))
    assert (stranger.status_code, stranger.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    assert not await kept()


async def test_only_a_file_is_an_upload(owner: Person) -> None:
    for value in ("a.txt", 1, {"name": "a"}, ["a"]):
        answer = await owner(UPLOAD_FILE, file=value)
        assert answer.codes == ["BAD_USER_INPUT"]


async def test_where_there_is_no_room_for_it_a_file_is_refused_with_a_code(
    owner: Person, http: httpx.AsyncClient, issuer: SigningKeys, kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        assert (await upload_file(owner, bytes(200_000))).codes == ["SERVICE_UNAVAILABLE"]
        headers = access_token(issuer, str(owner.user_id))
        refused = await http.post("/files", content=bytes(200_000), headers=headers)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert await kept() == 0
    assert caplog.text.count("free space there or set TMPDIR") == 2
    assert "Traceback" not in caplog.text
    assert not (await upload_file(owner, bytes(200_000))).errors
