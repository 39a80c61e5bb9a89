"""A router over a subgraph that takes files, in this process and over HTTP; the latter reads forms by aiohttp."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import BodyPartReader, web
from graphql import build_schema, graphql

from hanse_router.app import create_router
from hanse_router.settings import RouterSettings
from hanse_router.transports.protocol import FileAt
from hanse_schema.compose import compose
from hanse_schema.subgraph.model import SubgraphSource
from tests.router.platform import Platform, jwt_settings

_LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])'
KEEPER = """
scalar Upload
scalar JSON
input Note { text: String file: Upload others: [Note!] }
type Query { size(file: Upload!): Int any(value: JSON): String }
type Mutation { keep(file: Upload): String keepAll(files: [Upload!]!, note: Note): [String!] }
type Subscription { watch(file: Upload): Int }
"""
OTHER = """
scalar Upload
type Query { weigh(file: Upload!): Int hello: String }
type Mutation { other(text: String): String }
"""


class Seen:
    """A file as a subgraph got it."""

    def __init__(self, name: str, content_type: str, sha256: str, size: int) -> None:
        self.name, self.content_type, self.sha256, self.size = name, content_type, sha256, size

    def __str__(self) -> str:
        return f"{self.name} {self.content_type} {self.size} {self.sha256[:8]}"


def seen(name: str, content_type: str, content: bytes) -> str:
    """How a file with this content is told."""
    return str(Seen(name, content_type, hashlib.sha256(content).hexdigest(), len(content)))


class Subgraph:
    """Answers what files it got. Its fields are strings that tell a file's name, type, size and checksum."""

    def __init__(self, sdl: str) -> None:
        self._schema = build_schema(sdl)
        self.requests: list[dict[str, Any]] = []
        self.files: list[list[str]] = []  # where they stood, in each request

    async def handle(self, body: bytes, headers: Mapping[str, str], files: Sequence[FileAt] = ()) -> tuple[int, bytes]:
        """See LocalEndpoint."""
        placed = []
        for place, file in files:
            digest, size = hashlib.sha256(), 0
            async for chunk in file.chunks():
                digest.update(chunk)
                size += len(chunk)
            assert size == file.size
            placed.append((place, Seen(file.name, file.content_type, digest.hexdigest(), size)))
        return 200, await self.answer(body, placed)

    async def stream(self, body: bytes, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
        """See LocalEndpoint."""
        yield b'{"data":{"watch":1}}'

    async def answer(self, body: bytes, files: Sequence[tuple[str, Seen]]) -> bytes:
        """The response, given the files and where they stand."""
        request = json.loads(body)
        self.requests.append(request)
        self.files.append([place for place, _ in files])
        request["variables"] = json.loads(json.dumps(request.get("variables") or {}))
        for place, file in files:
            *steps, last = place.split(".")
            node: Any = request
            for step in steps:
                node = node[int(step) if isinstance(node, list) else step]
            key: Any = int(last) if isinstance(node, list) else last
            assert node[key] is None
            node[key] = file
        root = {
            "size": lambda info, file: file.size,
            "weigh": lambda info, file: file.size * 2,
            "any": lambda info, value: json.dumps(value),
            "hello": "world",
            "other": lambda info, text: text,
            "keep": lambda info, file=None: None if file is None else str(file),
            "keepAll": lambda info, files, note=None: [*map(str, files), *([str(note["file"])] if note else [])],
        }
        result = await graphql(self._schema, request["query"], root, variable_values=request["variables"])
        return json.dumps(result.formatted).encode()

    async def http(self, request: web.Request) -> web.Response:
        """The same over HTTP, by another reader of forms than ours."""
        if request.content_type != "multipart/form-data":
            return web.json_response(body=await self.answer(await request.read(), []))
        fields: dict[str, bytes] = {}
        files: list[tuple[str, Seen]] = []
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            assert part.name is not None
            if part.name in ("operations", "map"):
                fields[part.name] = bytes(await part.read())
                continue
            digest, size = hashlib.sha256(), 0
            while chunk := await part.read_chunk():
                digest.update(chunk)
                size += len(chunk)
            one = Seen(
                (part.filename or "").replace("%22", '"'), part.headers["content-type"], digest.hexdigest(), size
            )
            files += [(place, one) for place in json.loads(fields["map"])[part.name]]
        return web.json_response(body=await self.answer(fields["operations"], files))


@cache
def supergraph_sdl() -> str:
    """Their supergraph."""
    sources = [
        SubgraphSource(name=name, url="http://127.0.0.1:1/", sdl=f"{_LINK}\n{sdl}")
        for name, sdl in (("keeper", KEEPER), ("other", OTHER))
    ]
    composition = compose(sources)
    assert composition.sdl is not None, composition.errors
    return composition.sdl


class Uploading(Platform):
    """A router over two such subgraphs."""

    def __init__(self, folder: Path, urls: Mapping[str, str] | None = None, **settings: Any) -> None:
        super().__init__(folder)
        self.keeper, self.other = Subgraph(KEEPER), Subgraph(OTHER)
        self._folder, self._settings = folder, settings
        self.open(urls or {})

    def open(self, urls: Mapping[str, str]) -> None:
        """Make the router; subgraphs without a URL are in this process."""
        rules = {name: {"url": url} for name, url in urls.items()}
        chosen = {**self._settings, "jwt": jwt_settings(self._settings)}
        settings = RouterSettings.load(
            None, identity={"key_file": self._folder / "router.json"}, subgraphs=rules, **chosen
        )
        endpoints = {"keeper": self.keeper, "other": self.other}
        self.router = create_router(
            settings,
            supergraph_sdl(),
            local_endpoints=endpoints,
            jwks={"hanse-users": self.jwks},
        )


@asynccontextmanager
async def uploading(folder: Path, transport: str, **settings: Any) -> AsyncIterator[Uploading]:
    """The router, over subgraphs reached by `local` or `http`."""
    platform = Uploading(folder, **settings)
    async with AsyncExitStack() as stack:
        if transport == "http":
            urls = {}
            for name, subgraph in (("keeper", platform.keeper), ("other", platform.other)):
                app = web.Application(client_max_size=10**9)
                app.router.add_post("/graphql", subgraph.http)
                runner = web.AppRunner(app)
                await runner.setup()
                stack.push_async_callback(runner.cleanup)
                await web.TCPSite(runner, "127.0.0.1", 0).start()
                urls[name] = f"http://127.0.0.1:{runner.addresses[0][1]}/graphql"
            platform.open(urls)
        stack.push_async_callback(platform.router.stop)
        yield platform
