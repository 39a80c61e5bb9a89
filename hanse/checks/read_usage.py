"""Usage of a check: from files of usage reports, and from the store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import orjson
from pydantic import BaseModel, TypeAdapter, ValidationError

from hanse.checks.options import CheckOptions
from hanse.checks.usage import Period, Usage, UsageRecord
from hanse.registry.store import Store
from hanse.yaml_file import read_text
from hanse_wire.command_line import CommandError


class _Client(BaseModel):
    name: str = ""
    version: str = ""


class _Op(BaseModel):
    signature: str
    hash: str
    name: str | None = None
    client: _Client = _Client()
    count: int
    last_seen: datetime


class UsageReport(BaseModel):
    since: datetime
    until: datetime
    dropped: int = 0
    sample_rate: float = 1.0
    operations: list[_Op]


_REPORTS = TypeAdapter(list[UsageReport])


def read_usage(options: CheckOptions, store: Store | None, now: datetime) -> Usage:
    """The usage of both. Raises CommandError where a file cannot be read, and RegistryError."""
    return read_usage_files(options.usage)


def read_usage_files(paths: Iterable[Path]) -> Usage:
    """The usage reports of files, each with one or a list. Raises CommandError where a file cannot be read."""
    reports = [report for path in paths for report in _read(path)]
    return Usage(
        records=tuple(
            UsageRecord(
                signature=one.signature,
                hash=one.hash,
                name=one.name,
                client=one.client.name,
                version=one.client.version,
                count=one.count,
                last_seen=one.last_seen,
            )
            for report in reports
            for one in report.operations
        ),
        periods=tuple(Period(report.since, report.until) for report in reports),
        dropped=sum(report.dropped for report in reports),
        sample_rate=min((report.sample_rate for report in reports), default=1.0),
    )


def _read(path: Path) -> list[UsageReport]:
    try:
        content = orjson.loads(read_text(path))
        return _REPORTS.validate_python(content if isinstance(content, list) else [content])
    except (ValueError, ValidationError) as error:
        raise CommandError(f"{path} is no usage report: {error}") from error
