"""The JSON Schemas of events in a folder, now and in earlier versions: those of a git commit, or of another folder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from hanse.checks.published import at_commit, commits, is_folder
from hanse_schema.checks.event_schemas import EventUse
from hanse_schema.checks.event_schemas.documents import Schema, is_schema
from hanse_wire.command_line import CommandError

CONSUMERS = "consumers.json"  # among the schemas: who publishes and consumes each event
MAX_VERSIONS = 100  # commits that a transitive comparison reads


class _Use(BaseModel):
    model_config = ConfigDict(extra="forbid")

    publisher: str = ""
    consumers: tuple[str, ...] = ()


_USES = TypeAdapter(dict[str, _Use])


@dataclass(frozen=True, slots=True)
class EventFiles:
    """The schemas of a folder by event type, and who uses each."""

    schemas: dict[str, Schema]
    uses: dict[str, EventUse]


def read_events(folder: Path) -> EventFiles:
    """Read a folder of schemas, one file `TYPE.json` each. Raises CommandError when one is not a schema."""
    files = sorted(folder.glob("*.json"))
    schemas = {file.name.removesuffix(".json"): _schema(file) for file in files if file.name != CONSUMERS}
    return EventFiles(schemas, _uses(folder / CONSUMERS))


def versions(folder: Path, against: str, *, all_versions: bool) -> dict[str, Sequence[Schema]]:
    """The earlier versions of each event's schema, the newest last: of another folder, or of a git commit.

    With `all_versions`, those of each commit before it too. Raises CommandError when something cannot be read.
    """
    if is_folder(against):
        return _collected([read_events(Path(against)).schemas])
    found = commits(against, folder, MAX_VERSIONS) if all_versions else [against]
    past = []
    for commit in found or [against]:
        with at_commit(commit, folder) as copy:
            past.append(read_events(copy).schemas)
    return _collected(past)


def _collected(past: Iterable[dict[str, Schema]]) -> dict[str, Sequence[Schema]]:
    """The versions by event type. Equal ones in a row are one; those of a type that the newest lacks are left out."""
    collected: dict[str, list[Schema]] = {}
    newest: dict[str, Schema] = {}
    for newest in past:
        for event, schema in newest.items():
            known = collected.setdefault(event, [])
            if not known or known[-1] != schema:
                known.append(schema)
    return {event: found for event, found in collected.items() if event in newest}


def _schema(file: Path) -> Schema:
    content = _json(file)
    if not is_schema(content):
        raise CommandError(f"{file} is not a JSON Schema: it should be an object")
    return content


def _uses(file: Path) -> dict[str, EventUse]:
    if not file.is_file():
        return {}
    try:
        found = _USES.validate_python(_json(file))
    except ValidationError as error:
        first = error.errors()[0]
        raise CommandError(f"{file}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    return {event: EventUse(use.publisher, use.consumers) for event, use in found.items()}


def _json(file: Path) -> object:
    try:
        return json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise CommandError(f"cannot read {file} as JSON: {error}") from error
