"""Files on their way through the router: from a form into variables, and on to the subgraph that wants them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hanse_router.operation_kind import OperationKind
from hanse_router.transports import TransportOptions, make_transport
from hanse_router.transports.errors import TransportError
from hanse_router.transports.protocol import SubgraphRequest
from hanse_wire.spooled_file import SpooledFile
from tests.router.transports.raw_server import serving
from tests.router.uploads.forms import Field, form, operation, send, send_raw, text, where
from tests.router.uploads.world import Uploading, seen, uploading

KEEP = "mutation ($file: Upload) { keep(file: $file) }"
KEEP_ALL = "mutation ($files: [Upload!]!, $note: Note) { keepAll(files: $files, note: $note) }"


@pytest.fixture(params=["local", "http"])
async def platform(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Uploading]:
    """The router over subgraphs in this process, and over HTTP."""
    limits = {"max_file_bytes": 500_000, "max_files": 4}
    async with uploading(tmp_path, request.param, uploads=limits, limits={"max_body_bytes": 5_000}) as platform:
        yield platform


async def test_a_file_comes_to_the_subgraph_as_it_was_sent(platform: Uploading) -> None:
    content = random.Random(1).randbytes(400_000)
    picture = ("0", content, "Lübeck %22neu%22;.png", "image/png")
    reply = await send(platform, operation(KEEP, file=None), where({"0": ["variables.file"]}), picture)
    name = 'Lübeck "neu";.png'
    assert (reply.status, reply.json) == (200, {"data": {"keep": seen(name, "image/png", content)}})


async def test_what_a_real_client_sends_is_understood(platform: Uploading) -> None:
    """Recorded from apollo-upload-client 19.0.0 with @apollo/client 4.3.8 on Node 20."""
    body = (Path(__file__).parent / "apollo_upload_client_19.form").read_bytes()
    boundary = body[2 : body.index(b"\r\n")].decode()
    headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
    for piece in (len(body), 7, 1):
        reply = await send_raw(platform, body, headers, piece)
        first = seen('Lübeck "neu".txt', "text/plain", "Hansestadt Lübeck\r\n".encode())
        second = seen("b.bin", "application/octet-stream", b"\x00\x01\x02\r\n--\xff")
        assert reply.json == {"data": {"keepAll": [first, second, first, second]}}


async def test_the_same_file_at_several_places_is_sent_once(platform: Uploading) -> None:
    places = where({"0": ["variables.files.0", "variables.files.1", "variables.note.file"]})
    reply = await send(platform, operation(KEEP_ALL, files=[None, None], note={"file": None}), places, text("0"))
    assert reply.json["data"]["keepAll"] == [seen("a.txt", "text/plain", b"Hanse")] * 3
    assert platform.keeper.files == [["variables.files.0", "variables.files.1", "variables.note.file"]]


async def test_a_file_in_the_place_of_a_list_is_the_list_s_only_item(platform: Uploading) -> None:
    reply = await send(platform, operation(KEEP_ALL, files=None), where({"0": ["variables.files"]}), text("0"))
    assert reply.json["data"]["keepAll"] == [seen("a.txt", "text/plain", b"Hanse")]


async def test_each_subgraph_gets_only_the_files_it_uses(platform: Uploading) -> None:
    query = "query ($a: Upload!, $b: Upload!, $c: Upload!) { size(file: $a) weigh(file: $b) }"
    query_all = query.replace("weigh(file: $b)", "weigh(file: $b) more: size(file: $c) @skip(if: true)")
    places = where({name: [f"variables.{name}"] for name in "abc"})
    files = [text("a", b"1"), text("b", b"22"), text("c", b"333")]
    reply = await send(platform, operation(query_all, a=None, b=None, c=None), places, *files)
    assert reply.json == {"data": {"size": 1, "weigh": 4}}
    assert (platform.keeper.files, platform.other.files) == ([["variables.a"]], [["variables.b"]])


async def test_what_is_asked_again_goes_the_fast_way_with_its_files(platform: Uploading) -> None:
    query = "query ($a: Upload!) { size(file: $a) weigh(file: $a) hello }"
    for length in (1, 20, 300):
        asked = operation(query, a=None)
        reply = await send(platform, asked, where({"0": ["variables.a"]}), text("0", b"x" * length))
        assert reply.json == {"data": {"size": length, "weigh": 2 * length, "hello": "world"}}


async def test_an_empty_file_and_no_file(platform: Uploading) -> None:
    empty = await send(platform, operation(KEEP, file=None), where({"0": ["variables.file"]}), text("0", b""))
    assert empty.json["data"]["keep"] == seen("a.txt", "text/plain", b"")
    none = await send(platform, operation(KEEP, file=None), where({}))
    assert none.json == {"data": {"keep": None}}


async def test_files_that_nobody_asked_for_are_left_out(platform: Uploading) -> None:
    fields = [operation(KEEP, file=None, more=None), where({"0": ["variables.file"], "1": ["variables.more"]})]
    reply = await send(platform, *fields, text("1", b"other"), text("0"), text("beside", b"x"), ("note", b"y"))
    assert reply.json == {"data": {"keep": seen("a.txt", "text/plain", b"Hanse")}}
    assert platform.keeper.files == [["variables.file"]]


FILE = where({"0": ["variables.file"]})


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ([], 400, "UPLOAD_MALFORMED"),
        ([operation(KEEP, file=None)], 400, "UPLOAD_MALFORMED"),
        ([FILE, operation(KEEP, file=None), text("0")], 400, "UPLOAD_MALFORMED"),
        ([text("0"), operation(KEEP, file=None), FILE], 400, "UPLOAD_MALFORMED"),
        ([operation(KEEP, file=None), ("map", b"[]"), text("0")], 400, "UPLOAD_MALFORMED"),
        ([operation(KEEP, file=None), ("map", b'{"0":"variables.file"}'), text("0")], 400, "UPLOAD_MALFORMED"),
        ([operation(KEEP, file=None), ("map", b"{"), text("0")], 400, "UPLOAD_MALFORMED"),
        ([operation(KEEP, file=None), where({"0": ["file"]}), text("0")], 400, "UPLOAD_MALFORMED"),
        ([operation(KEEP, file=None), where({"0": ["variables"]}), text("0")], 400, "UPLOAD_MALFORMED"),
        ([operation(KEEP, file=None), where({"0": ["variables.other"]}), text("0")], 400, "UPLOAD_MALFORMED"),
        ([operation(KEEP, file=None), where({"0": ["variables.file.0"]}), text("0")], 400, "UPLOAD_MALFORMED"),
        ([operation(KEEP, file=[]), where({"0": ["variables.file.0"]}), text("0")], 400, "UPLOAD_MALFORMED"),
        ([operation(KEEP, file=[None]), where({"0": ["variables.file.-1"]}), text("0")], 400, "UPLOAD_MALFORMED"),
        ([operation(KEEP, file="x"), FILE, text("0")], 400, "UPLOAD_MALFORMED"),
        ([operation(KEEP, file=None), FILE, text("0"), text("0")], 400, "UPLOAD_MALFORMED"),
        ([("operations", b'{"query":"{hello}"}'), FILE, text("0")], 400, "UPLOAD_MALFORMED"),
        ([operation(KEEP, file=None), FILE], 400, "UPLOAD_FILE_MISSING"),
        ([operation(KEEP, file=None), FILE, text("0", b"x" * 500_001)], 413, "UPLOAD_TOO_LARGE"),
        ([operation(KEEP, file=None), where({}), text("0", b"x" * 500_001)], 413, "UPLOAD_TOO_LARGE"),
        ([operation(KEEP, file=None), where({}), *(text(str(n)) for n in range(5))], 413, "UPLOAD_TOO_MANY_FILES"),
        ([operation(KEEP), where({str(n): [] for n in range(5)})], 413, "UPLOAD_TOO_MANY_FILES"),
        ([operation(KEEP + " " * 5000), where({})], 413, "REQUEST_TOO_LARGE"),
        ([operation(KEEP, file=None), ("map", b" " * 5001)], 413, "REQUEST_TOO_LARGE"),
        ([("operations", b"[]"), where({})], 400, "BATCHING_NOT_SUPPORTED"),
        ([("operations", b"{"), where({})], 400, "BAD_REQUEST"),
        ([("operations", b"{}"), where({})], 400, "BAD_REQUEST"),
        ([operation("mutation { keep ", file=None), FILE, text("0")], 400, "GRAPHQL_PARSE_FAILED"),
        ([operation("query($t: Int) { size(file: $t) }", t=None), where({})], 400, "GRAPHQL_VALIDATION_FAILED"),
        (
            [operation("mutation($t: String) { other(text: $t) }", t=None), where({"0": ["variables.t"]}), text("0")],
            400,
            "BAD_USER_INPUT",
        ),
        (
            [operation("query($v: JSON) { any(value: $v) }", v={"deep": [None]}), where({"0": ["variables.v.deep.0"]}),
             text("0")],
            400,
            "BAD_USER_INPUT",
        ),
        (
            [operation("subscription($file: Upload) { watch(file: $file) }", file=None), FILE, text("0")],
            400,
            "BAD_REQUEST",
        ),
    ],
)  # fmt: skip
async def test_what_cannot_be_is_refused_with_its_code(
    platform: Uploading, fields: list[Field], status: int, code: str
) -> None:
    accept = "text/event-stream, application/graphql-response+json"
    reply = await send(platform, *fields, accept=accept)
    assert (reply.status, reply.codes) == (status, [code])
    assert not platform.keeper.requests


async def test_forms_need_a_header_that_no_site_can_make_a_browser_send(platform: Uploading) -> None:
    fields = [operation(KEEP, file=None), FILE, text("0")]
    plain = {"content-type": "multipart/form-data; boundary=----x"}
    refused = await platform.send("POST", "/graphql", headers=plain)
    assert (refused.status, refused.codes) == (400, ["CSRF_PREVENTED"])
    for header in ("x-apollo-operation-name", "apollo-require-preflight", "x-hanse-preflight"):
        taken = await platform.send("POST", "/graphql", headers={**plain, header: "1"}, body=form(fields))
        assert taken.status == 200


async def test_a_form_may_be_declared_too_large(platform: Uploading) -> None:
    reply = await send_raw(platform, b"never read", {"content-length": "3000000"})
    assert (reply.status, reply.codes) == (413, ["UPLOAD_TOO_LARGE"])


async def test_uploads_can_be_switched_off(tmp_path: Path) -> None:
    async with uploading(tmp_path, "local", uploads={"enabled": False}) as platform:
        reply = await send(platform, operation(KEEP, file=None), FILE, text("0"))
    assert (reply.status, reply.codes) == (415, ["UNSUPPORTED_MEDIA_TYPE"])


async def test_a_subgraph_that_is_reached_by_websocket_takes_no_files() -> None:
    file = SpooledFile("a", "text/plain")
    request = SubgraphRequest(b"{}", OperationKind.MUTATION, files=[("variables.file", file)])
    transport = make_transport("ws://127.0.0.1:1/graphql", TransportOptions(retries=3, backoff=0.001))
    with pytest.raises(TransportError) as caught:
        await transport.send(request)
    assert caught.value.code == "SUBGRAPH_TAKES_NO_FILES"
    await transport.close()


@pytest.mark.parametrize("kind", [OperationKind.QUERY, OperationKind.MUTATION])
async def test_files_are_sent_once_whatever_happens(kind: OperationKind) -> None:
    async def hang_up(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.close()

    file = SpooledFile("a", "text/plain")
    await file.write(b"Hanse")
    await file.flush()
    async with serving(hang_up) as heard:
        transport = make_transport(heard.url, TransportOptions(retries=3, backoff=0.001))
        with pytest.raises(TransportError) as caught:
            await transport.send(SubgraphRequest(b"{}", kind, files=[("variables.file", file)]))
        await transport.close()
    assert caught.value.code == "SUBGRAPH_UNREACHABLE"
    assert len(heard.requests) == 1
    await file.close()
