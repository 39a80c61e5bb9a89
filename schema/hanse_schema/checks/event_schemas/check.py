"""The findings of the events check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pydantic import BaseModel, ConfigDict, Field

from hanse_schema.checks.event_schemas.comparison import TooComplex
from hanse_schema.checks.event_schemas.compatibility import (
    Compatibility,
    Direction,
    Incompatibility,
    Policy,
    incompatibilities,
)
from hanse_schema.checks.event_schemas.documents import Schema
from hanse_schema.checks.report import CheckName, Detail, FileLocation, Finding, Level

CODES = {Direction.BACKWARD: "EVENT_NOT_BACKWARD_COMPATIBLE", Direction.FORWARD: "EVENT_NOT_FORWARD_COMPATIBLE"}
_READERS = {
    Direction.BACKWARD: "consumers of the new schema cannot read events of the old one",
    Direction.FORWARD: "consumers of the old schema cannot read events of the new one",
}


class EventRules(BaseModel):
    """The configuration of the check: `events` has the compatibility of single event types, by name or pattern."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    compatibility: Compatibility = Compatibility.FULL
    policy: Policy = Policy.LENIENT
    events: dict[str, Compatibility] = Field(default_factory=dict)

    def of(self, event: str) -> Compatibility:
        """The compatibility that an event type needs: of the last pattern that it matches."""
        found = [value for pattern, value in self.events.items() if fnmatchcase(event, pattern)]
        return found[-1] if found else self.compatibility


@dataclass(frozen=True, slots=True)
class EventUse:
    """The subgraph that publishes an event type, and the subgraphs that consume it."""

    publisher: str = ""
    consumers: tuple[str, ...] = ()


_UNUSED = EventUse()


def check_events(
    before: Mapping[str, Sequence[Schema]],
    after: Mapping[str, Schema],
    rules: EventRules,
    uses: Mapping[str, EventUse],
    *,
    folder: str = "schema/events",
) -> list[Finding]:
    """Compare the schemas of events with their earlier versions, by event type.

    `before` has the versions of each type, the newest last, and none for a new type. `uses` are those of the new state.
    """
    findings: list[Finding] = []
    for event in sorted({*before, *after}):
        use = uses.get(event, _UNUSED)
        place = FileLocation(f"{folder}/{event}.json")
        versions = before.get(event, ())
        if event not in after:
            findings.append(_removed(event, use, place))
        elif not versions:
            findings.append(_note("EVENT_ADDED", f"The event `{event}` is new.", event, place, use))
        elif versions[-1] != after[event]:
            findings += _changed(event, versions, after[event], rules, use, place)
    return findings


def _changed(
    event: str, versions: Sequence[Schema], schema: Schema, rules: EventRules, use: EventUse, place: FileLocation
) -> Iterator[Finding]:
    try:
        broken = incompatibilities(versions, schema, rules.of(event), rules.policy)
    except TooComplex:
        message = f"The schema of `{event}` has too many parts to compare: split it, or give the event a new type."
        yield Finding(
            CheckName.EVENTS,
            Level.ERROR,
            "EVENT_SCHEMA_TOO_COMPLEX",
            message,
            coordinate=event,
            locations=(place,),
            details=_details(use),
        )
        return
    if not broken:
        message = f"The schema of `{event}` changed, and is compatible ({rules.of(event).value})."
        yield _note("EVENT_CHANGED", message, event, place, use)
    for one in broken:
        yield _incompatible(event, one, use, place)


def _incompatible(event: str, broken: Incompatibility, use: EventUse, place: FileLocation) -> Finding:
    difference = broken.difference
    of_version = f" (of {broken.version + 1} versions ago)" if broken.version else ""
    return Finding(
        CheckName.EVENTS,
        Level.ERROR,
        CODES[broken.direction],
        f"`{event}` at {difference.path}: {difference.kind.words}{of_version}; {_READERS[broken.direction]}. "
        "Undo the change, or publish a new event type beside this one.",
        coordinate=event,
        subject=f"{difference.kind.name} {difference.path}",
        locations=(place,),
        details=_details(use),
    )


def _removed(event: str, use: EventUse, place: FileLocation) -> Finding:
    if use.consumers:
        message = f"The event `{event}` is no longer published, but has consumers: remove them first."
        level = Level.ERROR
    else:
        message = f"The event `{event}` is no longer published, and no subgraph consumes it."
        level = Level.WARNING
    return Finding(
        CheckName.EVENTS,
        level,
        "EVENT_REMOVED",
        message,
        coordinate=event,
        locations=(place,),
        details=_details(use),
    )


def _note(code: str, message: str, event: str, place: FileLocation, use: EventUse) -> Finding:
    return Finding(
        CheckName.EVENTS,
        Level.NOTE,
        code,
        message,
        coordinate=event,
        locations=(place,),
        details=_details(use),
    )


def _details(use: EventUse) -> tuple[Detail, ...]:
    """Who publishes the event, and who consumes it."""
    found = []
    if use.publisher:
        found.append(Detail("published by", use.publisher))
    if use.consumers:
        found.append(Detail("consumed by", ", ".join(use.consumers)))
    return tuple(found)
