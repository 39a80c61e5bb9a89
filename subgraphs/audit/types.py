"""GraphQL types of the audit subgraph."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet
from strawberry.scalars import JSON
from strawberry.types import Info

from hanse_subgraph.clock import in_utc
from subgraphs.audit import models
from subgraphs.audit.loaders import AuditContext
from subgraphs.audit.repository import EntryFilter

AuditInfo = Info[AuditContext, None]

strawberry.enum(models.LogLevel, name="LogLevel", description="How much a log entry matters.")


@strawberry.federation.type(keys=[Key(fields=FieldSet("id"), resolvable=False)], description="A user account.")
class User:
    """A user, whom the users subgraph knows."""

    id: strawberry.ID = strawberry.field(description="The id of the user (UUID).")


@strawberry.type(description="Something that happened, as it was recorded.")
class AuditEntry:
    """An entry of the chain."""

    position: int = strawberry.field(description="Its place in the chain, counted from 1.")
    event_id: strawberry.ID = strawberry.field(description="The id of the event that tells of it.")
    action: str = strawberry.field(description="What was done, such as `product.created`.")
    user: User | None = strawberry.field(description="Who did it; null: nobody who was signed in.")
    resource_type: str = strawberry.field(description="What kind of thing it was done to.")
    resource_id: str = strawberry.field(description="The id of what it was done to.")
    client_ip: str | None = strawberry.field(description="From which address.")
    user_agent: str | None = strawberry.field(description="With which program.")
    happened_at: datetime = strawberry.field(description="When (UTC).")
    details: JSON = strawberry.field(description="What else the event says, without what is private.")
    hash: str = strawberry.field(description="SHA-256 of the entry together with the hash of the one before.")

    @classmethod
    def of(cls, entry: models.Entry) -> Self:
        """Build the GraphQL type from a row."""
        return cls(
            position=entry.position,
            event_id=strawberry.ID(entry.event_id),
            action=entry.action,
            user=User(id=strawberry.ID(entry.user_id)) if entry.user_id else None,
            resource_type=entry.resource_type,
            resource_id=entry.resource_id,
            client_ip=entry.client_ip,
            user_agent=entry.user_agent,
            happened_at=entry.happened_at,
            details=JSON(entry.details),
            hash=entry.hash,
        )


@strawberry.input(description="Which entries a list holds; what is not given does not matter.")
class AuditFilterInput:
    """Becomes an EntryFilter."""

    user_id: strawberry.ID | None = strawberry.field(default=None, description="Only what this user did.")
    action: str | None = strawberry.field(default=None, description="Only this action, such as `product.created`.")
    resource_type: str | None = strawberry.field(default=None, description="Only what was done to this kind of thing.")
    resource_id: strawberry.ID | None = strawberry.field(default=None, description="Only what was done to this thing.")
    since: datetime | None = strawberry.field(default=None, description="Only what happened then or later.")
    until: datetime | None = strawberry.field(default=None, description="Only what happened earlier.")

    def to_domain(self) -> EntryFilter:
        """As the repository takes it."""
        return EntryFilter(
            user_id=str(self.user_id) if self.user_id is not None else None,
            action=self.action,
            resource_type=self.resource_type,
            resource_id=str(self.resource_id) if self.resource_id is not None else None,
            since=in_utc(self.since) if self.since else None,
            until=in_utc(self.until) if self.until else None,
        )


@strawberry.type(description="Whether the audit trail is as it was written.")
class AuditVerdict:
    """What verifying found."""

    intact: bool = strawberry.field(description="Whether nothing was changed, removed or put in.")
    intact_entries: int = strawberry.field(description="How many entries from the start are as they were written.")
    problem: str | None = strawberry.field(description="What is wrong with the next.")


@strawberry.type(description="A part of the trail for other programs.")
class AuditExport:
    """Entries as text."""

    json_lines: str = strawberry.field(description="One entry a line, as JSON, in the chain's order.")
    entries: int = strawberry.field(description="How many there are.")
    last_position: int | None = strawberry.field(description="Give it as `afterPosition` to go on; null: that was all.")


@strawberry.type(description="What one of the platform's own programs had to say.")
class LogEntry:
    """An entry of the log."""

    id: strawberry.ID = strawberry.field(description="The entry's id, a UUID.")
    name: str = strawberry.field(description="Which program, or which part of it.")
    level: models.LogLevel = strawberry.field(description="How much it matters.")
    data: JSON = strawberry.field(description="What it said.")
    created_at: datetime = strawberry.field(description="When (UTC).")
    user: User = strawberry.field(description="In whose name it spoke.")

    @classmethod
    def of(cls, entry: models.LogEntry) -> Self:
        """Build the GraphQL type from a row."""
        return cls(
            id=strawberry.ID(entry.id),
            name=entry.name,
            level=models.LogLevel(entry.level),
            data=JSON(entry.data),
            created_at=entry.created_at,
            user=User(id=strawberry.ID(entry.user_id)),
        )
