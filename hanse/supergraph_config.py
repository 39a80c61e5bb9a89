"""The composition's configuration file, in the form that Rover made common, and the subgraphs it names.

subgraphs:
  users:
    routing_url: http://127.0.0.1:4001/graphql
    schema:
      file: ./users.graphql          # relative to the configuration file; or
      subgraph_url: http://127.0.0.1:4001/graphql   # asked for `_service { sdl }`
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from hanse_schema.subgraph.model import SubgraphSource
from hanse_wire.command_line import CommandError

SERVICE_QUERY = "{ _service { sdl } }"
INTROSPECTION_TIMEOUT = 10.0  # seconds
MAX_SDL_BYTES = 64 * 1024 * 1024


class SchemaSource(BaseModel):
    """Where a subgraph's SDL comes from: exactly one of the two."""

    model_config = ConfigDict(extra="forbid")

    file: Path | None = None
    subgraph_url: str | None = None
    introspection_headers: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_source(self) -> SchemaSource:
        if (self.file is None) == (self.subgraph_url is None):
            raise ValueError("give either `file` or `subgraph_url`")
        return self


class SubgraphConfig(BaseModel):
    """One subgraph: the URL the router reaches it by, and where its SDL comes from."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    routing_url: str = ""
    source: SchemaSource = Field(alias="schema")


class SupergraphConfig(BaseModel):
    """The whole file. `federation_version` is accepted, since others' files have it; one composer serves all."""

    model_config = ConfigDict(extra="forbid")

    subgraphs: dict[str, SubgraphConfig]
    federation_version: str | int | float | None = None


class _UniqueKeyLoader(yaml.SafeLoader):
    """YAML keeps the last of two equal keys; for subgraphs' names that would hide a mistake."""


def _mapping_without_duplicates(loader: _UniqueKeyLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"duplicate key {key!r}", key_node.start_mark)
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_duplicates)


ConfigModel = TypeVar("ConfigModel", bound=BaseModel)


def read_config(path: Path) -> SupergraphConfig:
    """The configuration in a YAML file.

    Raises CommandError where the file cannot be read, is not YAML, or does not have the form above.
    """
    return read_model(path, SupergraphConfig)


def read_model(path: Path, model: type[ConfigModel]) -> ConfigModel:
    """A YAML file as an instance of the model.

    Raises CommandError when the file cannot be read, is not YAML, or does not match the model.
    """
    text = read_text(path)
    try:
        document = yaml.load(text, Loader=_UniqueKeyLoader)  # a SafeLoader
    except yaml.YAMLError as error:
        raise CommandError(f"{path} is not valid YAML: {error}") from error
    try:
        return model.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise CommandError(f"{path}: {place}: {first['msg']}") from error


def read_subgraphs(path: Path) -> list[SubgraphSource]:
    """The subgraphs that the configuration file names, with their SDL read or fetched, in the file's order.

    Raises CommandError where the configuration or any SDL cannot be had.
    """
    return [
        SubgraphSource(
            name=name,
            url=subgraph.routing_url or subgraph.source.subgraph_url or "",
            sdl=_read_sdl(name, subgraph.source, path.parent),
        )
        for name, subgraph in read_config(path).subgraphs.items()
    ]


def read_text(path: Path) -> str:
    """A text file's content. Raises CommandError where it cannot be read as UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        raise CommandError(f"cannot read {path}: {reason}") from error


def _read_sdl(name: str, source: SchemaSource, base: Path) -> str:
    if source.file is not None:
        return read_text(base / source.file)
    assert source.subgraph_url is not None  # SchemaSource holds exactly one
    return _fetch_sdl(name, source.subgraph_url, source.introspection_headers)


def _fetch_sdl(name: str, url: str, headers: dict[str, str]) -> str:
    if not url.startswith(("http://", "https://")):
        raise CommandError(f"subgraph {name}: subgraph_url must start with http:// or https://, not {url!r}")
    request = urllib.request.Request(
        url,
        data=json.dumps({"query": SERVICE_QUERY}).encode(),
        headers={"content-type": "application/json", "accept": "application/json", **headers},
    )
    try:
        with urllib.request.urlopen(request, timeout=INTROSPECTION_TIMEOUT) as reply:
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
