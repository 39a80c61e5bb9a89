"""Files over HTTP: sent directly, had by signed URLs, in ranges, and never taken for what they are not."""

from __future__ import annotations

import asyncio
import io
import time
import tracemalloc
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from PIL import Image

from hanse_subgraph.events.envelope import Event
from hanse_subgraph.http import http_app
from hanse_subgraph.ids import new_id
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.media.app import create
from subgraphs.media.ranges import NotSatisfiable, byte_range
from subgraphs.media.settings import MediaSettings
from subgraphs.users.keys import SigningKeys
from tests.subgraphs.harness import Person, Router, events_of, started
from tests.subgraphs.media.conftest import MAX_BYTES, Kept
from tests.subgraphs.media.samples import COMPLETE, DELETE, REQUEST, access_token, announced, picture, put

TEXT = b"Hansestadt"


async def send(http: httpx.AsyncClient, headers: dict[str, str], content: bytes, name: str = "Brief.txt") -> Any:
    """What a raw body that is kept answers."""
    answer = await http.post(f"/files?name={quote(name, safe='')}", content=content, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
def headers(issuer: SigningKeys, owner: Person) -> dict[str, str]:
    """Those of the owner's client."""
    return access_token(issuer, str(owner.user_id))


async def test_a_raw_body_is_kept(
    http: httpx.AsyncClient, headers: dict[str, str], owner: Person, media: SubgraphApp
) -> None:
    kept = await send(http, headers | {"user-agent": "Kogge/1.0"}, picture(kind="JPEG"), "Kai.jpg")
    assert (kept["name"], kept["mimeType"], kept["width"], kept["height"]) == ("Kai.jpg", "image/jpeg", 640, 480)
    mine = await owner.get("{ myMedia { nodes { id } } }")
    assert mine["myMedia"]["nodes"] == [{"id": kept["id"]}]
    (events,) = await events_of(media, "media.uploaded", count=1)
    assert (events.actor, events.useragent, events.clientip) == (owner.user_id, "Kogge/1.0", "127.0.0.1")


async def test_a_form_s_file_is_kept(http: httpx.AsyncClient, headers: dict[str, str]) -> None:
    form = {"files": {"file": ("Löwe.png", picture(), "text/html")}, "data": {"beside": "it"}}
    kept = await http.post("/files", headers=headers, **form)  # type: ignore[arg-type]
    assert (kept.status_code, kept.json()["name"], kept.json()["mimeType"]) == (201, "Löwe.png", "image/png")
    assert (await http.get(kept.json()["url"])).content == picture()


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        ({"files": [("a", ("a", b"1")), ("b", ("b", b"2"))]}, "SEVERAL_FILES"),
        ({"files": {"a": ("", b"")}, "data": {"b": "c"}}, "MISSING"),
        ({"content": b"--x\r\nbroken", "headers": {"content-type": "multipart/form-data; boundary=x"}}, "MALFORMED"),
        ({"content": b"--x", "headers": {"content-type": "multipart/form-data"}}, "MALFORMED"),
        ({"content": b""}, "EMPTY"),
        ({"files": {"a": ("a", b"")}}, "EMPTY"),
        ({"content": b"1" * (MAX_BYTES + 1)}, "TOO_LARGE"),
        ({"content": b"1" * (MAX_BYTES + 100_000)}, "TOO_LARGE"),
        ({"content": picture()[:1000]}, "BROKEN_IMAGE"),
        ({"content": picture(1001, 1000)}, "TOO_MANY_PIXELS"),
    ],
)
async def test_what_is_no_single_good_file_is_refused(
    http: httpx.AsyncClient, headers: dict[str, str], kept: Kept, request_: dict[str, Any], reason: str
) -> None:
    refused = await http.post("/files", **{**request_, "headers": headers | request_.get("headers", {})})
    assert refused.status_code == (413 if reason == "TOO_LARGE" else 400)
    (error,) = refused.json()["errors"]
    assert [field["reason"] for field in error["extensions"]["fields"]] == [reason]
    assert not await kept()


async def test_a_form_without_end_is_cut_off(http: httpx.AsyncClient, headers: dict[str, str]) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--x\r\ncontent-disposition: form-data; name="beside"\r\n\r\n'
        while True:
            sent += 10_000
            yield bytes(10_000)

    form = {**headers, "content-type": "multipart/form-data; boundary=x"}
    assert (await http.post("/files", content=endless(), headers=form)).status_code == 413
    assert sent < 2 * MAX_BYTES


async def test_only_signed_in_clients_with_the_scope_send_files(
    http: httpx.AsyncClient, issuer: SigningKeys, router: Router
) -> None:
    user = new_id()
    wrong: list[tuple[dict[str, str], int]] = [
        ({}, 401),
        ({"authorization": "Bearer nonsense"}, 401),
        (access_token(issuer, user, exp=int(time.time()) - 1), 401),
        (access_token(issuer, user, aud="media"), 401),
        (access_token(issuer, user, iss="hanse-router"), 401),
        (router.headers("media", user, scope="media:write"), 401),
        (access_token(issuer, user, scope="tasks:write"), 403),
    ]
    for headers, status in wrong:
        refused = await http.post("/files", content=TEXT, headers=headers)
        assert refused.status_code == status
        code = refused.json()["errors"][0]["extensions"]["code"]
        assert code == ("UNAUTHENTICATED" if status == 401 else "FORBIDDEN")


async def test_ranges(http: httpx.AsyncClient, headers: dict[str, str]) -> None:
    url = (await send(http, headers, TEXT))["url"]

    async def part(requests: str, **more: str) -> tuple[int, bytes, str | None]:
        answer = await http.get(url, headers={"range": requests, **more})
        return answer.status_code, answer.content, answer.headers.get("content-range")

    whole = await http.get(url)
    assert (whole.status_code, whole.content, whole.headers["accept-ranges"]) == (200, TEXT, "bytes")
    assert await part("bytes=0-4") == (206, b"Hanse", "bytes 0-4/10")
    assert await part("bytes=5-") == (206, b"stadt", "bytes 5-9/10")
    assert await part("bytes=-2") == (206, b"dt", "bytes 8-9/10")
    assert await part("bytes=8-100") == (206, b"dt", "bytes 8-9/10")
    assert await part("bytes=10-") == (416, b"", "bytes */10")
    assert await part("bytes=0-1,3-4") == (200, TEXT, None)
    assert await part("bytes=0-4", **{"if-range": '"another"'}) == (200, TEXT, None)
    assert (await part("bytes=0-4", **{"if-range": whole.headers["etag"]}))[0] == 206
    head = await http.head(url)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "10")
    assert (await http.get(url, headers={"if-none-match": whole.headers["etag"]})).status_code == 304


def test_a_range_is_read_as_the_specification_says() -> None:
    assert byte_range(None, 10) is None
    assert byte_range("lines=1-2", 10) is None
    assert byte_range("bytes=-", 10) is None
    assert byte_range("bytes=4-2", 10) is None
    assert byte_range("bytes=-100", 10) == (0, 10)
    for nowhere in ("bytes=10-12", "bytes=-0"):
        with pytest.raises(NotSatisfiable):
            byte_range(nowhere, 10)


@pytest.mark.parametrize(
    ("content", "mime_type", "shown"),
    [
        (b"<html><script>alert(1)</script>", "text/plain; charset=utf-8", "attachment"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "text/plain; charset=utf-8", "attachment"),
        ("Grüße".encode(), "text/plain; charset=utf-8", "attachment"),
        (b"%PDF-1.7\n%\x80\x80", "application/pdf", "attachment"),
        (b"\x00\x01\x02", "application/octet-stream", "attachment"),
        (b"BM is no bitmap", "text/plain; charset=utf-8", "attachment"),
        (picture(10, 10, "GIF"), "image/gif", "inline"),
    ],
)
async def test_content_is_served_as_what_it_is(
    http: httpx.AsyncClient, headers: dict[str, str], content: bytes, mime_type: str, shown: str
) -> None:
    kept = await send(http, headers | {"content-type": "image/png"}, content, "Löwe.png")
    assert kept["mimeType"] == mime_type
    served = (await http.get(kept["url"])).headers
    assert served["content-type"] == mime_type
    assert served["content-disposition"] == f"{shown}; filename=\"L_we.png\"; filename*=UTF-8''L%C3%B6we.png"
    assert served["x-content-type-options"] == "nosniff"
    assert "sandbox" in served["content-security-policy"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\win.ini", "win.ini"),
        ("con.txt", "_con.txt"),
        ("...", "file"),
        ("a\x00b\r\nc.txt", "abc.txt"),
        ("\u202egnp.exe", "gnp.exe"),
        ('a"b<c>.txt', "a_b_c_.txt"),
        (f"{'ä' * 400}.jpeg", f"{'ä' * 145}.jpeg"),
    ],
)
async def test_names_are_made_safe(http: httpx.AsyncClient, headers: dict[str, str], given: str, kept: str) -> None:
    assert (await send(http, headers, TEXT, given))["name"] == kept


async def test_what_is_kept_or_gone_is_put_no_more(owner: Person, http: httpx.AsyncClient) -> None:
    content = picture()
    requests = (await owner.get(REQUEST, input=announced(content)))["requestUpload"]
    assert (await put(http, requests, content)).status_code == 204
    await owner.get(COMPLETE, id=requests["media"]["id"])
    assert (await put(http, requests, content)).status_code == 404
    await owner.get(DELETE, id=requests["media"]["id"])
    assert (await put(http, requests, content)).status_code == 404


async def test_links_are_good_for_what_they_say(http: httpx.AsyncClient, headers: dict[str, str]) -> None:
    url = (await send(http, headers, TEXT))["url"]
    for changed in (url.replace("inline=0", "inline=1"), url.partition("?")[0], url.replace("plain", "html")):
        assert (await http.get(changed)).status_code == 403
    assert (await http.put(url, content=b"other", headers={"content-type": "text/plain"})).status_code == 403
    assert (await http.get("/files/objects/../../keys/media-signing.key")).status_code in (403, 404)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP", "TIFF"])
async def test_pictures_get_a_thumbnail(http: httpx.AsyncClient, headers: dict[str, str], kind: str) -> None:
    kept = await send(http, headers, picture(400, 200, kind))
    assert (kept["width"], kept["height"]) == (400, 200)
    thumbnail = await http.get(kept["thumbnailUrl"])
    assert thumbnail.headers["content-type"] == "image/webp"
    with Image.open(io.BytesIO(thumbnail.content)) as small:
        assert small.size == (320, 160)


async def test_a_photo_stands_upright_and_its_thumbnail_says_nothing_of_the_place(
    http: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Camera of a user"
    kept = await send(http, headers, picture(400, 200, "JPEG", exif=exif))
    assert (kept["width"], kept["height"]) == (200, 400)
    with Image.open(io.BytesIO((await http.get(kept["thumbnailUrl"])).content)) as small:
        assert small.size == (160, 320)
        assert not small.getexif()


async def test_a_large_file_is_never_whole_in_memory(tmp_path: Path, router: Router, issuer: SigningKeys) -> None:
    settings = MediaSettings.load(data_dir=tmp_path, router_jwks_url=router.jwks_url)
    size, chunk = 50_000_000, bytes(100_000)

    async def content() -> AsyncIterator[bytes]:
        for _ in range(size // len(chunk)):
            yield chunk

    async with started(create(settings)) as app:
        transport = httpx.ASGITransport(app=http_app(app))
        async with httpx.AsyncClient(transport=transport, base_url="http://files.test") as http:
            tracemalloc.start()
            kept = await http.post("/files", content=content(), headers=access_token(issuer, new_id()))
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
    assert (kept.status_code, kept.json()["sizeBytes"]) == (201, size)
    assert peak < 10_000_000


async def test_files_in_flight_have_a_budget(tmp_path: Path, router: Router, issuer: SigningKeys) -> None:
    settings = MediaSettings.load(data_dir=tmp_path, router_jwks_url=router.jwks_url, max_temporary_bytes=600_000)
    headers = access_token(issuer, new_id())
    async with started(create(settings)) as app:
        transport = httpx.ASGITransport(app=http_app(app))
        async with httpx.AsyncClient(transport=transport, base_url="http://files.test") as http:
            refused = await http.post("/files", content=bytes(201_000), headers=headers)
            assert refused.status_code == 503
            assert refused.json()["errors"][0]["extensions"]["code"] == "SERVICE_UNAVAILABLE"
            for _ in range(4):
                assert (await http.post("/files", content=bytes(199_000), headers=headers)).status_code == 201
        assert app.temporary_bytes.taken == 0


async def test_browsers_of_other_origins_may_send(http: httpx.AsyncClient) -> None:
    requests = {"origin": "https://shop.test", "access-control-request-method": "POST"}
    allowed = await http.options("/files", headers=requests | {"access-control-request-headers": "authorization"})
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "*"


async def test_openapi_describes_the_routes(http: httpx.AsyncClient) -> None:
    document = (await http.get("/openapi.json")).json()
    assert {path: sorted(methods) for path, methods in document["paths"].items() if path.startswith("/files")} == {
        "/files": ["post"],
        "/files/objects/{key}": ["get", "put"],
    }
    upload = document["paths"]["/files"]["post"]
    assert upload["security"] == [{"HTTPBearer": []}]
    assert set(upload["requestBody"]["content"]) == {"*/*", "multipart/form-data"}
    assert upload["responses"]["413"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Errors"
    }
    stored = document["components"]["schemas"]["StoredFile"]["properties"]
    assert list(stored) == [
        "id", "name", "mimeType", "sizeBytes", "sha256", "width", "height", "url", "thumbnailUrl"
    ]  # fmt: skip


async def test_revoked_access_tokens_are_refused(
    http: httpx.AsyncClient, issuer: SigningKeys, owner: Person, media: SubgraphApp
) -> None:
    user_id, now = str(owner.user_id), time.time() - 10
    first, second = new_id(), new_id()
    tokens = [access_token(issuer, user_id, sid=one, iat=now - 10) for one in (first, second)]
    later = access_token(issuer, user_id, sid=first, iat=now + 5)

    async def statuses() -> list[int]:
        answers = [await http.post("/files?name=a.txt", content=TEXT, headers=one) for one in (*tokens, later)]
        return [answer.status_code for answer in answers]

    assert await statuses() == [201, 201, 201]
    for session_id, expected in ((first, [401, 201, 201]), (None, [401, 401, 201])):
        data = {"id": user_id, "sessionId": session_id, "revokedAt": _iso(now), "expiresAt": _iso(now + 900)}
        assert media.events is not None
        await media.events.append([Event(type="user.access_revoked", subject=user_id, source="/users", data=data)])
        async with asyncio.timeout(10):
            while await statuses() != expected:  # noqa: ASYNC110 - the consumer runs beside
                await asyncio.sleep(0.05)


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
