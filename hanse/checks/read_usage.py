"""Usage of a check: from files of usage reports, and from the store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from hanse.checks.usage import MAX_GAP, Period, Usage, UsageRecord, UsageRules
from hanse.registry.store import OperationUsage, Store
from hanse.yaml_file import read_text, shown
from hanse_wire.command_line import CommandError
from hanse_wire.json_codec import JSON_ERRORS, json_problem
from hanse_wire.usage_report import UsageReport

_decode = msgspec.json.Decoder(UsageReport | list[UsageReport]).decode


def usage_of_files(paths: Iterable[Path]) -> Usage:
    """The usage reports of files, each with one or a list. Raises CommandError where a file cannot be read."""
    return usage_of_reports([report for path in paths for report in _read(path)])


def usage_of_store(store: Store, variant: str, rules: UsageRules, now: datetime) -> Usage:
    """The usage that routers reported to a store, within the window of the rules. Raises RegistryError.

    A store does not have the periods of reports: it covers the time from the first to the last use of each operation.
    """
    since = now - timedelta(days=rules.days) - MAX_GAP
    operations = store.operations(variant, since=since)
    return Usage(
        records=tuple(_stored(operation) for operation in operations),
        periods=tuple(Period(operation.first_seen, operation.last_seen) for operation in operations),
    )


def usage_of_reports(reports: Sequence[UsageReport]) -> Usage:
    """The usage in reports. One that was sent again counts once."""
    once = list({report.id: report for report in reports}.values())
    return Usage(
        records=tuple(record for report in once for record in _records(report)),
        periods=tuple(Period(_moment(report.since), _moment(report.until), report.dropped) for report in once),
        sample_rate=min((report.sample_rate for report in once), default=1.0),
    )


def _read(path: Path) -> list[UsageReport]:
    content = read_text(path).encode()
    try:
        found = _decode(content)
    except JSON_ERRORS as error:
        problem = json_problem(error, content)
        raise CommandError(f"{shown(path)} has no usage report, nor a list of them: {problem}") from error
    return found if isinstance(found, list) else [found]


def _records(report: UsageReport) -> Iterable[UsageRecord]:
    for one in report.operations:
        yield UsageRecord(
            signature=one.signature,
            hash=one.hash,
            name=one.name,
            client=one.client.name,
            version=one.client.version,
            count=one.count,
            last_seen=_moment(one.last_seen),
        )


def _stored(operation: OperationUsage) -> UsageRecord:
    return UsageRecord(
        signature=operation.signature,
        hash=operation.hash,
        name=operation.name,
        client=operation.client,
        version=operation.client_version,
        count=operation.count,
        last_seen=operation.last_seen,
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
