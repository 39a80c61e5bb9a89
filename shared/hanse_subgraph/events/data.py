"""What an event says: one frozen class per event type, from which its JSON Schema is made."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Annotated, Any, ClassVar, get_type_hints

import msgspec

Moment = Annotated[datetime, msgspec.Meta(tz=True)]  # with its time zone, as ISO 8601
# What names a person, or was typed by one. Sealed with the key of `person`; audited until that person is deleted.
Personal = Annotated[str, msgspec.Meta(extra_json_schema={"x-personal": True})]
# The same, for those alone who need it, never audited: addresses, and secrets in mailed links.
Private = Annotated[str, msgspec.Meta(extra_json_schema={"x-private": True})]
Uuid = Annotated[str, msgspec.Meta(extra_json_schema={"format": "uuid"})]


class EventData(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The data of one event type. Subclasses set `event_type`, as `user.registered`, and `source`, the subgraph."""

    event_type: ClassVar[str]
    source: ClassVar[str]
    erases_subject: ClassVar[bool] = False  # the event's subject is a user whose personal data must be erased

    id: Uuid

    @property
    def subject(self) -> str:
        """The aggregate's id."""
        return self.id

    @property
    def person(self) -> str | None:
        """The user whose personal data the event holds. Needed where it has personal or private fields."""
        return None

    @property
    def actor(self) -> str | None:
        """Who did it, where the request does not know: someone who signs in is anonymous until then."""
        return None


@cache
def private_fields(kind: type[EventData]) -> str | None:
    """The names of a kind's private fields, as its JSON has them, with spaces between; None where there are none."""
    return _fields(kind, Private)


@cache
def personal_fields(kind: type[EventData]) -> str | None:
    """The names of a kind's personal fields that are not private, likewise."""
    return _fields(kind, Personal)


def _fields(kind: type[EventData], annotation: Any) -> str | None:
    hints = get_type_hints(kind, include_extras=True)
    names = zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True)
    found = [encoded for name, encoded in names if hints[name] in (annotation, annotation | None)]
    return " ".join(found) or None
