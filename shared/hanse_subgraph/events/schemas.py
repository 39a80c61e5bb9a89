"""The JSON Schemas of events, made from their classes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import orjson

from hanse_subgraph.events.data import EventData, personal_fields, private_fields


def json_schema(kind: type[EventData]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the event's data, as published in `schema/events/`.

    Personal and private fields are not required: in the log they are sealed, and not in `data`.
    """
    (body,), definitions = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    described: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{kind.event_type}.json",
        **definitions.pop(kind.__name__, body),
        "title": kind.event_type,
    }
    sealed = f"{private_fields(kind) or ''} {personal_fields(kind) or ''}".split()
    described["required"] = [name for name in described["required"] if name not in sealed]
    return {**described, "$defs": definitions} if definitions else described


def schema_files(kinds: Iterable[type[EventData]]) -> dict[str, bytes]:
    """What the folder of schemas should hold, by file name."""
    return {
        f"{kind.event_type}.json": orjson.dumps(json_schema(kind), option=orjson.OPT_INDENT_2) + b"\n" for kind in kinds
    }
