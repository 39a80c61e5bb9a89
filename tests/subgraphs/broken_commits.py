"""Commits of requests that fail: undone by the database, or kept without our hearing of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hanse_subgraph.subgraph_app import SubgraphApp


class Said(Exception):
    """What the driver says."""

    def __init__(self, message: str, sqlstate: str = "") -> None:
        super().__init__(message)
        self.sqlstate = sqlstate


@contextmanager
def broken_commits(app: SubgraphApp, times: int, *, kept: bool = False) -> Iterator[list[int]]:
    """So many commits of the subgraph's next requests fail; the list grows by one with each.

    They lose a race, and are undone; or the connection breaks when they are `kept` already.
    """
    failed: list[int] = []

    def fail(session: Session) -> None:
        ours = session.get_bind() is app.database.writing_engine.sync_engine and "caller" in session.info
        if not ours or session.in_nested_transaction() or len(failed) == times:
            return
        failed.append(1)
        if kept:
            raise DBAPIError("COMMIT", None, Said("connection was closed"), connection_invalidated=True)
        raise DBAPIError("COMMIT", None, Said("could not serialize access", "40001"))

    moment = "after_commit" if kept else "before_commit"
    event.listen(Session, moment, fail)
    try:
        yield failed
    finally:
        event.remove(Session, moment, fail)
