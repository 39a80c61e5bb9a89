"""Announced uploads, lists, deletion, and who sees what."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import httpx
import pytest
from sqlalchemy import update
from sqlmodel import col

from hanse_subgraph.clock import utc_now
from hanse_subgraph.ids import new_id
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.media import repository
from subgraphs.media.app import create
from subgraphs.media.models import Media, MediaState
from subgraphs.media.settings import MediaSettings
from tests.subgraphs.harness import Person, Router, Statements, events_of, eventually, somebody, started
from tests.subgraphs.media.conftest import MAX_BYTES, Kept, client_of
from tests.subgraphs.media.samples import COMPLETE, DELETE, REQUEST, announced, picture, put, upload, upload_file

ONE = "query ($id: ID!) { media(id: $id) { id name } }"
MINE = """query ($first: Int, $after: String, $filter: MediaFilterInput) {
  myMedia(first: $first, after: $after, filter: $filter) { totalCount nodes { name } pageInfo { endCursor } } }"""
ENTITIES = "query ($of: [_Any!]!) { _entities(representations: $of) { ... on Media { id } } }"


REFUSED = (400, 403)  # a store of the network finds the request not signed where ours finds it wrong


async def expire(app: SubgraphApp) -> None:
    """Let the time run out for everything that is announced."""
    async with app.database.writing() as session:
        announced_ones = col(Media.state) == MediaState.ANNOUNCED
        await session.execute(update(Media).where(announced_ones).values(at=utc_now()))


async def test_an_upload_goes_past_the_graph(owner: Person, http: httpx.AsyncClient, media: SubgraphApp) -> None:
    content = picture()
    requests = (await owner.get(REQUEST, input=announced(content)))["requestUpload"]
    assert requests["media"]["completed"] is False
    assert requests["media"]["url"] is None
    assert (await put(http, requests, content)).is_success
    done = (await owner.get(COMPLETE, id=requests["media"]["id"]))["completeUpload"]
    assert done["sha256"] == hashlib.sha256(content).hexdigest()
    assert (done["mimeType"], done["sizeBytes"]) == ("image/png", len(content))
    assert (done["width"], done["height"], done["completed"]) == (640, 480, True)
    assert done["owner"]["id"] == owner.user_id
    assert (await http.get(done["url"])).content == content
    assert (await owner.get(COMPLETE, id=requests["media"]["id"]))["completeUpload"]["sha256"] == done["sha256"]
    (events,) = await events_of(media, "media.uploaded", count=1)
    assert events.data["sizeBytes"] == len(content)
    assert events.actor == owner.user_id
    await put(http, requests, content[::-1])
    assert (await http.get(done["url"])).content == content, "what is kept cannot be changed any more"


async def test_what_is_not_there_as_announced_is_not_kept(owner: Person, http: httpx.AsyncClient, kept: Kept) -> None:
    content = picture()
    message = announced(content, sha256="0" * 64)
    requests = (await owner.get(REQUEST, input=message))["requestUpload"]
    missing = await owner(COMPLETE, id=requests["media"]["id"])
    assert (missing.codes, missing.fields) == (["CONFLICT"], [("id", "NOT_UPLOADED")])
    assert (await put(http, requests, content[:-1])).status_code in REFUSED
    unsized = {header["name"]: header["value"] for header in requests["headers"]}

    async def longer() -> Any:
        yield content
        yield b"!"

    assert (await http.put(requests["url"], content=longer(), headers=unsized)).status_code in REFUSED
    assert (await http.put(requests["url"], content=content)).status_code in REFUSED, "without its content-type"
    assert (await put(http, requests, content)).is_success
    wrong = await owner(COMPLETE, id=requests["media"]["id"])
    assert wrong.fields == [("sha256", "WRONG_CHECKSUM")]
    assert await kept() == 1, "what was put, and nothing of what was refused"


async def test_two_who_complete_one_upload_keep_one_file(
    owner: Person, http: httpx.AsyncClient, media: SubgraphApp, kept: Kept
) -> None:
    content = picture()
    requests = (await owner.get(REQUEST, input=announced(content)))["requestUpload"]
    await put(http, requests, content)
    answers = await asyncio.gather(*(owner(COMPLETE, id=requests["media"]["id"]) for _ in range(5)))
    urls = [answer.data["completeUpload"]["url"] for answer in answers if not answer.errors]
    assert len(set(urls)) == 1
    assert {code for answer in answers for code in answer.codes} <= {"CONFLICT"}
    assert (await http.get(urls[0])).content == content
    assert await kept() == 2
    assert len(await events_of(media, "media.uploaded", count=1)) == 1


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"name": "  "}, ("name", "TOO_SHORT")),
        ({"sizeBytes": 0}, ("sizeBytes", "OUT_OF_RANGE")),
        ({"sizeBytes": MAX_BYTES + 1}, ("sizeBytes", "OUT_OF_RANGE")),
        ({"mimeType": "image"}, ("mimeType", "INVALID")),
        ({"mimeType": "image/png\r\nx: y"}, ("mimeType", "INVALID")),
        ({"sha256": "abc"}, ("sha256", "INVALID")),
    ],
)
async def test_nonsense_is_not_announced(owner: Person, given: dict[str, Any], problem: tuple[str, str]) -> None:
    refused = await owner(REQUEST, input=announced(b"1234") | given)
    assert (refused.codes, refused.fields) == (["BAD_USER_INPUT"], [problem])


async def test_nobody_keeps_more_than_their_quota(owner: Person, stranger: Person) -> None:
    message = announced(b"") | {"sizeBytes": MAX_BYTES}
    await owner.get(REQUEST, input=message)
    assert (await owner(REQUEST, input=message)).fields == [("file", "QUOTA_REACHED")]
    await stranger.get(REQUEST, input=message)


async def test_a_hundred_uploads_that_race_for_the_quota_never_pass_it(owner: Person, media: SubgraphApp) -> None:
    message, content = announced(b"") | {"sizeBytes": 49_999}, bytes(49_999)
    announcing = [owner(REQUEST, input=message) for _ in range(90)]
    answers = await asyncio.gather(*announcing, *(upload_file(owner, content) for _ in range(10)))
    assert sum(not answer.errors for answer in answers) == 10
    assert {field for answer in answers if answer.errors for field in answer.fields} == {("file", "QUOTA_REACHED")}
    async with media.database.reading() as session:
        assert await repository.bytes_of(session, str(owner.user_id)) == 499_990


async def test_other_peoples_files_are_not_found(
    owner: Person, stranger: Person, admin: Person, http: httpx.AsyncClient, media: SubgraphApp, router: Router
) -> None:
    known = (await upload(owner, http, picture()))["id"]
    reference = [{"__typename": "Media", "id": known}]
    for person, seen in ((owner, True), (stranger, False), (admin, True)):
        assert ((await person.get(ONE, id=known))["media"] is not None) is seen
        assert ((await person.get(ENTITIES, of=reference))["_entities"][0] is not None) is seen
    for query in (DELETE, COMPLETE):
        assert (await stranger(query, id=known)).codes == ["NOT_FOUND"]
        assert (await stranger(query, id="nonsense")).codes == ["NOT_FOUND"]
    assert (await Person(media, router)(ONE, id=known)).codes == ["UNAUTHENTICATED"]
    unscoped = somebody(media, router, str(owner.user_id))
    assert (await unscoped(DELETE, id=known)).codes == ["FORBIDDEN"]
    assert (await admin.get(DELETE, id=known))["deleteMedia"] == known


async def test_my_files_are_listed_by_page_and_filter(owner: Person, stranger: Person, http: httpx.AsyncClient) -> None:
    for name in ("Hafen.png", "100%.png", "Speicher.png"):
        await upload(owner, http, picture(20, 20), name=name)
    await upload(owner, http, b"Frachtbrief", name="hafen.txt")
    await owner.get(REQUEST, input=announced(b"never put"))

    async def names(**given: Any) -> list[str]:
        return [node["name"] for node in (await owner.get(MINE, **given))["myMedia"]["nodes"]]

    first = (await owner.get(MINE, first=3))["myMedia"]
    assert first["totalCount"] == 4
    assert [node["name"] for node in first["nodes"]] == ["hafen.txt", "Speicher.png", "100_.png"]
    assert await names(first=3, after=first["pageInfo"]["endCursor"]) == ["Hafen.png"]
    assert await names(filter={"text": "HAFEN"}) == ["hafen.txt", "Hafen.png"]
    assert await names(filter={"text": "%"}) == []
    assert await names(filter={"mimeType": "image/*", "text": "hafen"}) == ["Hafen.png"]
    assert await names(filter={"mimeType": "image/png", "text": "spei"}) == ["Speicher.png"]
    assert (await stranger.get(MINE))["myMedia"]["totalCount"] == 0


async def test_deleted_and_abandoned_files_leave_nothing(
    media: SubgraphApp, router: Router, settings: MediaSettings, kept: Kept
) -> None:
    await media.stop()
    brief = settings.model_copy(update={"sweep_seconds": 0.05})
    async with started(create(brief)) as app:
        owner = somebody(app, router, new_id(), "media:write")
        async with client_of(app) as http:
            known = await upload(owner, http, picture())
            content = b"never completed"
            requests = (await owner.get(REQUEST, input=announced(content)))["requestUpload"]
            assert (await put(http, requests, content)).is_success
            assert await kept() == 3
            await expire(app)
            await owner.get(DELETE, id=known["id"])
            assert (await owner(DELETE, id=known["id"])).codes == ["NOT_FOUND"]
            await eventually(kept, 0)
            assert (await http.get(known["url"])).status_code in (403, 404)
            assert (await owner(COMPLETE, id=requests["media"]["id"])).codes == ["NOT_FOUND"]
        (events,) = await events_of(app, "media.deleted", count=1)
        assert events.subject == known["id"]


async def test_an_upload_is_completed_in_time_or_not_at_all(media: SubgraphApp, owner: Person) -> None:
    requests = (await owner.get(REQUEST, input=announced(b"1234")))["requestUpload"]
    await expire(media)
    assert (await owner(COMPLETE, id=requests["media"]["id"])).codes == ["NOT_FOUND"]


async def test_many_files_take_one_statement(owner: Person, http: httpx.AsyncClient, media: SubgraphApp) -> None:
    ids = [(await upload(owner, http, picture(20, 20)))["id"] for _ in range(3)]
    statements = Statements(media)
    found = await owner.get(ENTITIES, of=[{"__typename": "Media", "id": known} for known in [*ids, new_id()]])
    assert [entity and entity["id"] for entity in found["_entities"]] == [*ids, None]
    assert len(statements.seen) == 1
