"""supergraph.yaml: the subgraphs of a composition, in the form that Rover made common.

federation_version: =2.9.0                         # optional: one composer serves all versions
subgraphs:
  users:
    routing_url: http://127.0.0.1:4001/graphql
    schema:
      file: ./users.graphql                        # relative to this file; or
      sdl: "type Query { me: ID }"                 # or
      subgraph_url: http://127.0.0.1:4001/graphql  # which is asked for `_service { sdl }`, with these headers; or
      introspection_headers: {authorization: "Bearer ${env.USERS_TOKEN}"}
      graphref: shop@staging                       # the registry in HANSE_REGISTRY, and the subgraph there
      subgraph: users
      python: users.app:app                        # which `hanse dev` runs and reloads; alone, or beside `file`
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from hanse.registry.graphref import read_graphref
from hanse.yaml_file import STDIN, read_model, read_text
from hanse_schema.subgraph.model import SubgraphSource
from hanse_wire.command_line import CommandError

__all__ = ["SchemaSource", "SubgraphConfig", "SupergraphConfig", "read_config", "read_subgraph", "read_text"]

SERVICE_QUERY = "{ _service { sdl } }"
INTROSPECTION_TIMEOUT = 10.0  # seconds
MAX_SDL_BYTES = 64 * 1024 * 1024
TARGET = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")
VERSION = re.compile(r"=?v?[012](\.\d+){0,2}([-+][\w.+-]+)?|latest-[012]")


class SchemaSource(BaseModel):
    """Where a subgraph's SDL comes from: one of `file`, `sdl`, `subgraph_url`, `graphref` and `python`.

    Beside `python`, the `module:attribute` of a subgraph that `hanse dev` runs, there may be a `file` for the rest.
    """

    model_config = ConfigDict(extra="forbid")

    file: Path | None = None
    sdl: str | None = None
    subgraph_url: str | None = None
    introspection_headers: dict[str, str] = Field(default_factory=dict)
    graphref: str | None = None
    subgraph: str | None = None
    python: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> SchemaSource:
        sources = (self.file, self.sdl, self.subgraph_url, self.graphref)
        given = sum(source is not None for source in sources)
        if self.python is None and given != 1:
            raise ValueError("give one of `file`, `sdl`, `subgraph_url`, `graphref` and `python`")
        if self.python is not None and given != (0 if self.file is None else 1):
            raise ValueError("`python` stands alone, or beside `file`, which every command but `hanse dev` reads")
        if (self.graphref is None) != (self.subgraph is None):
            raise ValueError("`graphref` and `subgraph` belong together: the graph and variant, and the subgraph there")
        if self.introspection_headers and self.subgraph_url is None:
            raise ValueError("`introspection_headers` belong to `subgraph_url`")
        return self

    @field_validator("python")
    @classmethod
    def _module_and_attribute(cls, target: str | None) -> str | None:
        if target is not None and not TARGET.fullmatch(target):
            raise ValueError("give a module and its attribute, such as reviews.app:app")
        return target

    @field_validator("subgraph_url")
    @classmethod
    def _http(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("a URL starts with http:// or https://")
        return url


class SubgraphConfig(BaseModel):
    """One subgraph: the URL the router reaches it by, and where its SDL comes from."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    routing_url: str | None = None
    source: SchemaSource = Field(alias="schema")

    @property
    def url(self) -> str:
        """The URL for the router: `routing_url`, or the one that the SDL is fetched from."""
        return self.routing_url or self.source.subgraph_url or ""


class SupergraphConfig(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid")

    subgraphs: dict[str, SubgraphConfig]
    federation_version: str | None = None

    @field_validator("federation_version", mode="before")
    @classmethod
    def _known_version(cls, version: object) -> object:
        if version is None or VERSION.fullmatch(str(version)):
            return None if version is None else str(version)
        raise ValueError("give 1, 2, latest-2, or an exact version such as =2.9.0")


def read_config(path: Path) -> SupergraphConfig:
    """The configuration in a YAML file; `-` is stdin.

    Raises CommandError when the file cannot be read, is not YAML, or does not have the form above.
    """
    return read_model(path, SupergraphConfig, variables=True)


def read_subgraphs(path: Path) -> list[SubgraphSource]:
    """The subgraphs that the configuration file names, with their SDL read or fetched, in the file's order.

    Raises CommandError when the configuration or any SDL is not available.
    """
    return sources_of(read_config(path), path)


def sources_of(config: SupergraphConfig, path: Path) -> list[SubgraphSource]:
    """The subgraphs of a configuration that was read from a file. Raises CommandError when an SDL is not available."""
    return [read_subgraph(name, subgraph, path) for name, subgraph in config.subgraphs.items()]


def read_subgraph(
    name: str,
    subgraph: SubgraphConfig,
    config: Path,
    *,
    timeout: float = INTROSPECTION_TIMEOUT,
    needs_url: bool = True,
) -> SubgraphSource:
    """One subgraph of a configuration file, with its SDL; `timeout` of a request to it, in seconds.

    Without a `routing_url`, that of a `graphref` is the one in the registry. Raises CommandError when the SDL is not
    available, or with `needs_url` the registry has no URL.
    """
    source = subgraph.source
    if source.graphref is not None and source.subgraph is not None:
        published = read_graphref(name, source.graphref, source.subgraph)
        url = subgraph.url or published.url
        if needs_url and not url:
            raise CommandError(
                f"subgraph {name}: schema.graphref: {source.graphref} has no URL of {source.subgraph!r}: give "
                "`routing_url`, or publish the subgraph with --url"
            )
        return SubgraphSource(name=name, url=url, sdl=published.sdl)
    if source.sdl is not None:
        sdl = source.sdl
    elif source.file is not None:
        sdl = read_text((Path() if config == STDIN else config.parent) / source.file)
    elif source.subgraph_url is not None:
        sdl = fetch_sdl(name, source.subgraph_url, source.introspection_headers, timeout)
    else:
        raise CommandError(
            f"subgraph {name}: schema.python: only `hanse dev` runs Python subgraphs; give `file` beside `python`, "
            "with the SDL"
        )
    return SubgraphSource(name=name, url=subgraph.url, sdl=sdl)


def fetch_sdl(name: str, url: str, headers: dict[str, str], timeout: float) -> str:
    """The SDL that a subgraph has of itself. Raises CommandError when it does not send one."""
    request = urllib.request.Request(
        url,
        data=json.dumps({"query": SERVICE_QUERY}).encode(),
        headers={"content-type": "application/json", "accept": "application/json", **headers},
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout) as reply:
            sdl = json.loads(reply.read(MAX_SDL_BYTES))["data"]["_service"]["sdl"]
    except (OSError, urllib.error.URLError) as error:
        raise CommandError(f"subgraph {name}: cannot fetch its SDL from {url}: {error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise CommandError(
            f"subgraph {name}: {url} does not answer `_service {{ sdl }}`; is it a federated subgraph?"
        ) from error
    if not isinstance(sdl, str):
        raise CommandError(f"subgraph {name}: {url} answered an SDL that is not text")
    return sdl
