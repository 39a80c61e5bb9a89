"""Files to send, and the ways to send them."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
from PIL import Image

from subgraphs.users.keys import SigningKeys
from tests.subgraphs.harness import Answer, Person

REQUEST = """mutation ($input: RequestUploadInput!) { requestUpload(input: $input) {
  media { id name mimeType completed url } method url headers { name value } expiresAt } }"""
COMPLETE = """mutation ($id: ID!) { completeUpload(id: $id) {
  id name mimeType sizeBytes sha256 width height completed url thumbnailUrl owner { id } } }"""
UPLOAD_FILE = """mutation ($file: Upload!) { uploadFile(file: $file) {
  id name mimeType sizeBytes sha256 width height completed url owner { id } } }"""
OPERATION = orjson.dumps({"query": UPLOAD_FILE, "variables": {"file": None}})
DELETE = "mutation ($id: ID!) { deleteMedia(id: $id) }"


def picture(width: int = 640, height: int = 480, kind: str = "PNG", **options: Any) -> bytes:
    """A picture with a gradient, so that it does not compress to nothing."""
    encoded = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(encoded, kind, **options)
    return encoded.getvalue()


def announced(content: bytes, **given: Any) -> dict[str, Any]:
    """What to say of content before it is put."""
    return {"name": "Kai.png", "sizeBytes": len(content), "mimeType": "image/png", **given}


async def put(http: httpx.AsyncClient, upload: dict[str, Any], content: bytes) -> httpx.Response:
    """Send content by a presigned request."""
    headers = {header["name"]: header["value"] for header in upload["headers"]}
    return await http.request(upload["method"], upload["url"], content=content, headers=headers)


async def upload(person: Person, http: httpx.AsyncClient, content: bytes, **given: Any) -> dict[str, Any]:
    """A file that went the whole way."""
    message = announced(content, sha256=hashlib.sha256(content).hexdigest(), **given)
    requests = (await person.get(REQUEST, input=message))["requestUpload"]
    assert (await put(http, requests, content)).is_success
    done: dict[str, Any] = (await person.get(COMPLETE, id=requests["media"]["id"]))["completeUpload"]
    return done


class Sent:
    """A file as the router hands it over."""

    def __init__(self, content: bytes, name: str) -> None:
        self.name, self.content_type, self.size = name, "text/plain", len(content)
        self._content = content

    async def chunks(self) -> AsyncIterator[bytes]:
        for at in range(0, len(self._content), 1000):
            yield self._content[at : at + 1000]


async def upload_file(person: Person, content: bytes, name: str = "Kai.png") -> Answer:
    """What the mutation `uploadFile` answers in process."""
    status, body = await person.app.handle(OPERATION, person.headers, [("variables.file", Sent(content, name))])
    assert status == 200
    decoded = orjson.loads(body)
    return Answer(status, decoded.get("data"), decoded.get("errors", []))


def access_token(issuer: SigningKeys, user_id: str, **claims: Any) -> dict[str, str]:
    """The header of a signed-in client."""
    message = {
        "iss": "hanse-users",
        "aud": "hanse",
        "sub": user_id,
        "exp": int(time.time()) + 60,
        "scope": "media:write",
    }
    return {"authorization": f"Bearer {issuer.sign({**message, **claims})}"}
