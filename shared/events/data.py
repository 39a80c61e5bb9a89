"""What an event says: one frozen class per event type, from which its JSON Schema is made."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec


class EventData(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The data of one event type. Subclasses set `event_type`, as `user.registered`, and `source`, the subgraph."""

    event_type: ClassVar[str]
    source: ClassVar[str]

    id: str

    @property
    def subject(self) -> str:
        """The aggregate's id."""
        return self.id

    @property
    def actor(self) -> str | None:
        """Who did it, where the request does not know: someone who signs in is anonymous until then."""
        return None


def json_schema(kind: type[EventData]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the event's data, as published in `schema/events/`."""
    (body,), definitions = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    described: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{kind.event_type}.json",
        **definitions.pop(kind.__name__, body),
        "title": kind.event_type,
    }
    return {**described, "$defs": definitions} if definitions else described
