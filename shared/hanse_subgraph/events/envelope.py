"""The envelope of an event: CloudEvents 1.0 in its JSON format.

Specification: CloudEvents 1.0.2, JSON Event Format, and its extensions Partitioning (`partitionkey`) and Distributed
Tracing (`traceparent`, where tracing is on). Of our own are the extensions `actor` (the user who did it), `clientip`,
`useragent`, `person` (the user whose personal data it holds), `private` and `personal` (names of the fields that hold
them, with spaces between; private ones are never audited), `sealed` and `sealedclient` (their ciphertext, see
sealing.py), and `erases` (the user whose personal data must be erased).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from hanse_subgraph.clock import utc_now
from hanse_subgraph.ids import new_id


class MalformedEvent(ValueError):
    """Bytes that are no event."""


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened to one aggregate.

    `type` is `<aggregate>.<verb>`, such as `user.registered`; `subject` is the aggregate's id, by which order is kept;
    `data` is described by `schema/events/<type>.json`.
    """

    type: str
    subject: str
    data: dict[str, Any]
    source: str
    id: str = msgspec.field(default_factory=new_id)
    time: datetime = msgspec.field(default_factory=utc_now)
    actor: str | None = None
    clientip: str | None = None
    useragent: str | None = None
    private: str | None = None
    personal: str | None = None
    person: str | None = None
    sealed: str | None = None
    sealedclient: str | None = None
    erases: str | None = None
    traceparent: str | None = None

    @property
    def is_erased(self) -> bool:
        """Whether its personal data can no longer be read. Only meaningful once it is opened."""
        return self.sealed is not None

    def public_data(self) -> dict[str, Any]:
        """The data without what is private."""
        hidden = (self.private or "").split()
        return {name: value for name, value in self.data.items() if name not in hidden}

    def impersonal_data(self) -> dict[str, Any]:
        """The data without what is private or personal."""
        hidden = f"{self.private or ''} {self.personal or ''}".split()
        return {name: value for name, value in self.data.items() if name not in hidden}

    def personal_data(self) -> dict[str, Any]:
        """What is personal, and not private."""
        shown = (self.personal or "").split()
        return {name: value for name, value in self.data.items() if name in shown and not self.is_erased}


class Malformed(msgspec.Struct, frozen=True):
    """Bytes in the log that are no event. `id` names their place, `reason` says what is wrong with them."""

    id: str
    envelope: bytes
    reason: str


class _Wire(Event, frozen=True, kw_only=True, omit_defaults=True):
    specversion: str
    datacontenttype: str
    partitionkey: str
    id: str
    time: datetime


_decoder = msgspec.json.Decoder(_Wire)
_encoder = msgspec.json.Encoder()


def encode(event: Event) -> bytes:
    """The event as CloudEvents JSON."""
    return _encoder.encode(
        _Wire(
            specversion="1.0",
            datacontenttype="application/json",
            partitionkey=event.subject,
            **{name: getattr(event, name) for name in Event.__struct_fields__},
        )
    )


def decode(envelope: bytes | str) -> Event:
    """The event in CloudEvents JSON. Raises MalformedEvent."""
    try:
        wire = _decoder.decode(envelope)
    except msgspec.DecodeError as error:
        raise MalformedEvent(str(error)) from error
    if not wire.specversion.startswith("1."):
        raise MalformedEvent(f"CloudEvents {wire.specversion} is not understood")
    return Event(**{name: getattr(wire, name) for name in Event.__struct_fields__})


def decode_or_keep(envelope: bytes, place: str) -> Event | Malformed:
    """The event in CloudEvents JSON, or the bytes themselves where they are none; `place` is their id then."""
    try:
        return decode(envelope)
    except MalformedEvent as error:
        return Malformed(place, envelope, str(error))


def bytes_of(event: Event | Malformed) -> bytes:
    """What the log holds of it."""
    return event.envelope if isinstance(event, Malformed) else encode(event)


def as_json(event: Event) -> Mapping[str, Any]:
    """The event as JSON's types."""
    decoded: dict[str, Any] = msgspec.json.decode(encode(event))
    return decoded
