"""Changes that the database undid, or may have: they are done again, and no object is lost or left behind."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy.exc import DBAPIError

from hanse_subgraph.auth import Caller, Principal
from hanse_subgraph.clock import utc_now
from hanse_subgraph.context import RequestContext
from hanse_subgraph.ids import new_id
from hanse_subgraph.storage.open import open_store
from hanse_subgraph.storage.signing import Secret
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.media import repository
from subgraphs.media.images import Pictures
from subgraphs.media.ingestion import Ingester
from subgraphs.media.service import Library
from subgraphs.media.settings import MediaSettings
from subgraphs.media.sweeper import Sweeper
from subgraphs.media.uploads import Uploads
from subgraphs.users.keys import SigningKeys
from tests.subgraphs.broken_commits import broken_commits
from tests.subgraphs.harness import Person, events_of
from tests.subgraphs.media.conftest import Kept
from tests.subgraphs.media.samples import COMPLETE, REQUEST, Sent, access_token, announced, picture, put, upload_file

MINE = "{ myMedia { nodes { sizeBytes url thumbnailUrl } } }"
ALWAYS = 10_000


async def mine(owner: Person, http: httpx.AsyncClient) -> list[bytes]:
    """The content of the owner's files."""
    return [(await http.get(node["url"])).content for node in (await owner.get(MINE))["myMedia"]["nodes"]]


async def test_an_upload_that_lost_a_race_is_stored_whole_and_once(
    owner: Person, http: httpx.AsyncClient, media: SubgraphApp, kept: Kept
) -> None:
    content = picture()
    with broken_commits(media, 3) as failed:
        answer = await upload_file(owner, content)
    assert not answer.errors
    assert len(failed) == 3
    assert await mine(owner, http) == [content]
    assert await kept() == 2, "the picture and its thumbnail"
    assert len(await events_of(media, "media.uploaded", count=1)) == 1


async def test_an_upload_that_never_wins_leaves_nothing(owner: Person, media: SubgraphApp, kept: Kept) -> None:
    with broken_commits(media, ALWAYS):
        assert (await upload_file(owner, picture())).codes == ["DATABASE_BUSY"]
    assert await kept() == 0
    assert (await owner.get(MINE))["myMedia"]["nodes"] == []


async def test_what_was_put_can_be_completed_again(
    owner: Person, http: httpx.AsyncClient, media: SubgraphApp, kept: Kept
) -> None:
    content = picture()
    requests = (await owner.get(REQUEST, input=announced(content)))["requestUpload"]
    await put(http, requests, content)
    with broken_commits(media, ALWAYS):
        assert (await owner(COMPLETE, id=requests["media"]["id"])).codes == ["DATABASE_BUSY"]
    assert await kept() == 1, "what was put"
    with broken_commits(media, 2):
        await owner.get(COMPLETE, id=requests["media"]["id"])
    assert await mine(owner, http) == [content]
    assert await kept() == 2


async def test_a_file_sent_directly_is_refused_with_a_code(
    owner: Person, http: httpx.AsyncClient, media: SubgraphApp, issuer: SigningKeys, kept: Kept
) -> None:
    headers = access_token(issuer, str(owner.user_id))
    with broken_commits(media, 1):
        refused = await http.post("/files", content=picture(), headers=headers)
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (503, "DATABASE_BUSY")
    assert await kept() == 0


@pytest.mark.parametrize("way", ["uploadFile", "completeUpload", "POST"])
async def test_what_may_have_been_kept_is_not_removed(
    way: str, owner: Person, http: httpx.AsyncClient, media: SubgraphApp, issuer: SigningKeys
) -> None:
    """The commit succeeded, and the connection broke before the confirmation."""
    content = picture()
    requests = (await owner.get(REQUEST, input=announced(content)))["requestUpload"]
    await put(http, requests, content)
    with broken_commits(media, 1, kept=True) as failed:
        if way == "POST":
            sent = await http.post("/files", content=content, headers=access_token(issuer, str(owner.user_id)))
            assert sent.status_code == 503
        elif way == "uploadFile":
            assert (await upload_file(owner, content)).codes == ["SERVICE_UNAVAILABLE"]
        else:
            assert (await owner(COMPLETE, id=requests["media"]["id"])).codes == ["SERVICE_UNAVAILABLE"]
    assert failed
    assert await mine(owner, http) == [content]


@pytest.mark.parametrize("known", [True, False])
async def test_the_sweeper_asks_whether_it_was_kept(
    known: bool, media: SubgraphApp, settings: MediaSettings, kept: Kept
) -> None:
    later = timedelta()

    def clock() -> datetime:
        return utc_now() + later

    store = open_store(settings.storage, public_url=settings.public_url, secret=Secret(settings.signing_secret))
    pictures = Pictures(settings)
    ingester = Ingester(store, pictures, max_bytes=10**6)
    uploads = Uploads(settings, Library(settings), ingester, clock=clock)
    sweeper = Sweeper(media.database, store, uploads.orphans, seconds=1)
    async with store.opened():
        content = await uploads.ingest(Sent(picture(), "Kai.png").chunks())
        await pictures.close()
        context = RequestContext(media.database, Caller(Principal(new_id())), writes=True)
        row = await uploads.add(new_id(), content, "Kai.png", context)
        with broken_commits(media, 1, kept=True), pytest.raises(DBAPIError):
            await context.commit()
        await context.close()
        if not known:
            async with media.database.writing() as session:  # as if it had not been
                await repository.delete_rows(session, [row.id])
        await sweeper.delete_orphans()
        assert await kept() == 2, "the server may be at it still"
        later = timedelta(minutes=5)
        await sweeper.delete_orphans()
        assert await kept() == (2 if known else 0)
        assert not uploads.orphans.due()
