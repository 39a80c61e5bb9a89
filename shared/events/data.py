"""What an event says: one frozen class per event type, from which its JSON Schema is made."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

import msgspec

Moment = Annotated[datetime, msgspec.Meta(tz=True)]  # with its time zone, as ISO 8601
Secret = Annotated[str, msgspec.Meta(extra_json_schema={"x-secret": True})]  # never shown, logged or audited
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
