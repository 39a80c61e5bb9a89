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

strawberry.enum(models.LogLevel, name="LogLevel", description="The level of a log entry.")


@strawberry.federation.type(keys=[Key(fields=FieldSet("id"), resolvable=False)], description="A user account.")
class User:
    """A reference to an entity of the users subgraph."""

    id: strawberry.ID = strawberry.field(description="The id of the user (UUID).")


@strawberry.type(description="An entry of the audit trail.")
class AuditEntry:
    position: int = strawberry.field(description="The position in the chain, starting at 1.")
    event_id: strawberry.ID = strawberry.field(description="The id of the recorded event.")
    action: str = strawberry.field(description="The action, such as `product.created`.")
    user: User | None = strawberry.field(description="The user who performed the action. Null if nobody was signed in.")
    resource_type: str = strawberry.field(description="The type of the affected resource, such as `product`.")
    resource_id: str = strawberry.field(description="The id of the affected resource.")
    client_ip: str | None = strawberry.field(description="The IP address of the client.")
    user_agent: str | None = strawberry.field(description="The user agent of the client.")
    happened_at: datetime = strawberry.field(description="When it happened (UTC).")
    details: JSON = strawberry.field(
        description="The data of the event, without private data, and without that of deleted users."
    )
    hash: str = strawberry.field(description="The keyed hash (HMAC-SHA256) of the entry and the previous entry's hash.")

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
            details=JSON(entry.details | (entry.personal or {})),
            hash=entry.hash,
        )


@strawberry.input(description="Conditions for a list of audit entries.")
class AuditFilterInput:
    user_id: strawberry.ID | None = strawberry.field(default=None, description="Only actions of this user.")
    action: str | None = strawberry.field(
        default=None, description="Only entries with this action, such as `product.created`."
    )
    resource_type: str | None = strawberry.field(default=None, description="Only entries about resources of this type.")
    resource_id: strawberry.ID | None = strawberry.field(default=None, description="Only entries about this resource.")
    since: datetime | None = strawberry.field(default=None, description="Only entries at or after this time.")
    until: datetime | None = strawberry.field(default=None, description="Only entries before this time.")

    def to_domain(self) -> EntryFilter:
        """Convert to the filter of the repository."""
        return EntryFilter(
            user_id=str(self.user_id) if self.user_id is not None else None,
            action=self.action,
            resource_type=self.resource_type,
            resource_id=str(self.resource_id) if self.resource_id is not None else None,
            since=in_utc(self.since) if self.since else None,
            until=in_utc(self.until) if self.until else None,
        )


@strawberry.type(description="The result of verifying the audit trail.")
class AuditVerdict:
    intact: bool = strawberry.field(description="Whether no entry was changed, removed or inserted.")
    intact_entries: int = strawberry.field(description="The number of valid entries, counted from the start.")
    anchored_entries: int = strawberry.field(
        description="The number of valid entries that an anchor in the event log covers. Later ones can be cut off "
        "unnoticed by who can write the database, until the next anchor."
    )
    erased_entries: int = strawberry.field(
        description="The number of valid entries whose personal data were erased because a user was deleted."
    )
    problem: str | None = strawberry.field(
        description="The problem of the first invalid entry. Null if the trail is intact."
    )


@strawberry.type(description="A part of the audit trail as JSON lines.")
class AuditExport:
    json_lines: str = strawberry.field(description="The entries as JSON, one per line, oldest first.")
    entries: int = strawberry.field(description="The number of entries.")
    last_position: int | None = strawberry.field(
        description="The position to pass as `afterPosition` for the next part. Null if there are no more entries."
    )


@strawberry.type(description="A log entry written by a program of the platform.")
class LogEntry:
    id: strawberry.ID = strawberry.field(description="The id of the log entry (UUID).")
    name: str = strawberry.field(description="The name of the program or component.")
    level: models.LogLevel = strawberry.field(description="The level of the entry.")
    data: JSON = strawberry.field(description="The content of the entry.")
    created_at: datetime = strawberry.field(description="When it happened (UTC).")
    user: User = strawberry.field(description="The user on whose behalf it was written.")

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
