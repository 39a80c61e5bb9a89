"""The request context of the audit subgraph. Each list is one statement, so there are no data loaders."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.auth import Caller
from hanse_subgraph.context import RequestContext
from hanse_subgraph.db import Database
from subgraphs.audit.service import Logs, Verdict

Verify = Callable[[AsyncSession], Awaitable[Verdict]]


class AuditContext(RequestContext):
    """The context of one request to the audit subgraph."""

    def __init__(self, database: Database, caller: Caller, *, writes: bool, logs: Logs, verify: Verify) -> None:
        super().__init__(database, caller, writes=writes)
        self.logs = logs
        self.verify = verify
