"""What an event says: one frozen class per event type, from which its JSON Schema is made."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Annotated, ClassVar, get_type_hints

import msgspec

Moment = Annotated[datetime, msgspec.Meta(tz=True)]  # with its time zone, as ISO 8601
# What is personal or secret: for those alone who need it, never audited. The envelope names these fields in `private`.
Private = Annotated[str, msgspec.Meta(extra_json_schema={"x-private": True})]
Uuid = Annotated[str, msgspec.Meta(extra_json_schema={"format": "uuid"})]


class EventData(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The data of one event type. Subclasses set `event_type`, as `user.registered`, and `source`, the subgraph."""

    event_type: ClassVar[str]
    source: ClassVar[str]

    id: Uuid

    @property
    def subject(self) -> str:
        """The aggregate's id."""
        return self.id

    @property
    def actor(self) -> str | None:
        """Who did it, where the request does not know: someone who signs in is anonymous until then."""
        return None


@cache
def private_fields(kind: type[EventData]) -> str | None:
    """The names of a kind's private fields, as its JSON has them, with spaces between; None where there are none."""
    hints = get_type_hints(kind, include_extras=True)
    names = zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True)
    found = [encoded for name, encoded in names if hints[name] in (Private, Private | None)]
    return " ".join(found) or None
