"""API keys: `hanse_ID_SECRET`. The database has the SHA-256 of the secret, which is random and needs no salt."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from hanse.registry.errors import AlreadyExists, Forbidden, NotFound, Unauthenticated
from hanse.registry.server import repository
from hanse.registry.server.models import WHO, KeyRow
from hanse.registry.store import AuditEntry
from hanse.registry.versions import check_name

SERVER = ""  # the graph of audit entries that concern all graphs
MAX_LISTED = 20  # names in an audit entry
_KEY = re.compile(r"hanse_([0-9a-f]{12})_([A-Za-z0-9_-]{20,100})")


class Scope(StrEnum):
    """What an API key may do. `ADMIN` includes all others."""

    READ = "read"  # schemas, checks, usage, the audit
    PUBLISH = "publish"  # subgraphs, and feature branches
    CHECK = "check"  # record checks
    APPROVE = "approve"  # approve checks
    REPORT = "report"  # usage
    METRICS = "metrics"  # of the server
    ADMIN = "admin"  # roll back, promote, remove


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """An API key without its secret. Empty `graphs` or `subgraphs` mean all of them."""

    id: str
    name: str
    scopes: frozenset[Scope]
    graphs: frozenset[str]
    subgraphs: frozenset[str]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def may(self, scope: Scope, graph: str, subgraph: str | None = None) -> bool:
        """Whether it has the right for a graph, and for a subgraph of it.

        A key of some subgraphs cannot do what only `ADMIN` allows for the whole graph.
        """
        has_scope = scope in self.scopes or Scope.ADMIN in self.scopes
        has_graph = not self.graphs or graph in self.graphs
        whole_graph = scope is not Scope.ADMIN if subgraph is None else subgraph in self.subgraphs
        has_subgraph = not self.subgraphs or whole_graph
        return has_scope and has_graph and has_subgraph

    def require(self, scope: Scope, graph: str, subgraph: str | None = None) -> None:
        """Raises Forbidden when it does not have the right."""
        if not self.may(scope, graph, subgraph):
            of_subgraph = f", subgraph {subgraph!r}" if subgraph is not None else ""
            raise Forbidden(
                f"the API key {self.name!r} does not have the scope `{scope}` for graph {graph!r}{of_subgraph}: "
                "use another key, or create one with `hanse registry keys create`"
            )

    def require_server(self, scope: Scope) -> None:
        """Raises Forbidden when it does not have the right for the whole server: keys of some graphs do not."""
        if self.graphs or self.subgraphs or not self.scopes & {scope, Scope.ADMIN}:
            raise Forbidden(
                f"the API key {self.name!r} does not have the scope `{scope}` for all graphs: use another key, or "
                "create one without `--graph` with `hanse registry keys create`"
            )

    def __str__(self) -> str:
        state = (
            "revoked" if self.revoked_at else f"expires {self.expires_at:%F}" if self.expires_at else "never expires"
        )
        return f"{_listed(self.scopes)}; graphs: {_listed(self.graphs)}; subgraphs: {_listed(self.subgraphs)}; {state}"


async def create_key(session: AsyncSession, key: ApiKey, *, by: str) -> str:
    """Store a new key; its id is not used. Returns the whole key, which is not stored. The audit has `by`, who did it.

    Raises AlreadyExists and InvalidInput.
    """
    identifier, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    session.add(
        KeyRow(
            id=identifier,
            name=check_name("key", key.name),
            fingerprint=fingerprint(secret),
            scopes=sorted(key.scopes),
            graphs=sorted(check_name("graph", graph) for graph in key.graphs),
            subgraphs=sorted(check_name("subgraph", subgraph) for subgraph in key.subgraphs),
            created_at=key.created_at,
            expires_at=key.expires_at,
        )
    )
    try:
        await session.flush()
    except IntegrityError as error:
        raise AlreadyExists(f"there is an API key {key.name!r}: choose another name, or revoke it") from error
    await _audit(session, AuditEntry(who=by, when=key.created_at, action="created", subject=key.name, detail=str(key)))
    return f"hanse_{identifier}_{secret}"


async def list_keys(session: AsyncSession) -> list[ApiKey]:
    """All keys, also expired and revoked ones, by name."""
    return [_key(row) for row in await session.scalars(select(KeyRow).order_by(col(KeyRow.name)))]


async def revoke_key(session: AsyncSession, name: str, when: datetime, *, by: str) -> None:
    """Revoke a key. It keeps its name. The audit has `by`, who did it first. Raises NotFound."""
    row: KeyRow | None = await session.scalar(select(KeyRow).where(col(KeyRow.name) == name))
    if row is None:
        raise NotFound(f"there is no API key {name!r}: see `hanse registry keys list`")
    if row.revoked_at is None:
        row.revoked_at = when
        await _audit(session, AuditEntry(who=by, when=when, action="revoked", subject=row.name))


async def authenticate(session: AsyncSession, presented: str, now: datetime) -> ApiKey:
    """The key of a request. Raises Unauthenticated."""
    found = _KEY.fullmatch(presented)
    row = await session.get(KeyRow, found[1]) if found is not None else None
    secret = found[2] if found is not None else ""
    # An unknown id takes the same time as a wrong secret.
    matches = hmac.compare_digest(fingerprint(secret), row.fingerprint if row is not None else fingerprint("-"))
    if row is None or not matches:
        raise Unauthenticated("the API key is missing or unknown: send it as `Authorization: Bearer KEY`")
    return _usable(row, now)


async def usable_key(session: AsyncSession, identifier: str, now: datetime) -> ApiKey:
    """A key by its id. Raises Unauthenticated when it is unknown, revoked or expired."""
    row = await session.get(KeyRow, identifier)
    if row is None:
        raise Unauthenticated("the API key is unknown: use another one")
    return _usable(row, now)


def scopes_of(names: Iterable[str]) -> frozenset[Scope]:
    """Scopes by their names. Raises ValueError."""
    return frozenset(Scope(name) for name in names)


def _usable(row: KeyRow, now: datetime) -> ApiKey:
    if row.revoked_at is not None:
        raise Unauthenticated(f"the API key {row.name!r} is revoked: use another one")
    if row.expires_at is not None and row.expires_at <= now:
        raise Unauthenticated(f"the API key {row.name!r} has expired: use another one")
    return _key(row)


async def _audit(session: AsyncSession, entry: AuditEntry) -> None:
    """Insert the audit's entry of a key, whose name is the subject."""
    named = replace(entry, who=entry.who[:WHO], subject=f"API key {entry.subject}")
    await repository.insert_audit(session, SERVER, named)


def _listed(names: Iterable[str]) -> str:
    """Names in alphabetical order, the first ones of many; none mean all."""
    ordered = sorted(names)
    more = f" and {len(ordered) - MAX_LISTED} more" if len(ordered) > MAX_LISTED else ""
    return (", ".join(ordered[:MAX_LISTED]) or "all") + more


def fingerprint(secret: str) -> str:
    """What the database has of a random secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: KeyRow) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        scopes=scopes_of(row.scopes),
        graphs=frozenset(row.graphs),
        subgraphs=frozenset(row.subgraphs),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
