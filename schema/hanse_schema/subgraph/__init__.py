"""Ingestion: from one subgraph's SDL to its schema as data, with all errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hanse_schema.collection import paused_collection
from hanse_schema.diagnostics import Diagnostic
from hanse_schema.subgraph.cache import IngestCache
from hanse_schema.subgraph.model import SubgraphSchema, SubgraphSource
from hanse_schema.subgraph.read import Read, check_federation, read
from hanse_schema.subgraph.upgrade import is_federation_1, upgrade

__all__ = ["IngestCache", "Ingested", "SubgraphSource", "ingest", "ingest_all"]


@dataclass(frozen=True, slots=True)
class Ingested:
    """The result of reading one subgraph's SDL: its schema, None if there are errors, and the diagnostics."""

    schema: SubgraphSchema | None
    diagnostics: tuple[Diagnostic, ...] = ()


def ingest(source: SubgraphSource) -> Ingested:
    """Read one subgraph's SDL by itself. Never raises: all problems are in the diagnostics.

    A Federation 1 schema is not upgraded: its meaning depends on the other subgraphs, see `ingest_all`.
    """
    return _ingested(read(source))


def ingest_all(sources: Sequence[SubgraphSource], cache: IngestCache | None = None) -> list[Ingested]:
    """Read the SDL of all subgraphs of one graph, in order, and upgrade Federation 1 schemas. Never raises.

    If any subgraph has errors, Federation 1 schemas are not upgraded. With a cache, only those subgraphs are read that
    the cache's last graph did not have; the result is the same.
    """
    with paused_collection():
        reads = [read(source) for source in sources] if cache is None else cache.read_all(sources)
        _upgrade(reads)
    return [_ingested(one) for one in reads]


def _upgrade(reads: Sequence[Read]) -> None:
    if any(one.report.failed() for one in reads):
        return
    subjects = [one.subject for one in reads if one.subject is not None]
    upgrade(subjects)
    for subject in subjects:
        if is_federation_1(subject) and not subject.report.failed():
            check_federation(subject)


def _ingested(one: Read) -> Ingested:
    failed = one.report.failed() or one.subject is None
    return Ingested(None if failed or one.subject is None else one.subject.model, tuple(one.report.diagnostics))
