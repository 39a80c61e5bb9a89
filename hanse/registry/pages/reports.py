"""The report of a check as the pages show it. A client with the scope `check` sent it: any JSON object is possible."""

from __future__ import annotations

from typing import Any

import msgspec

from hanse_wire.json_codec import encode_json

LEVELS = frozenset(("error", "warning", "note"))


class Place(msgspec.Struct, frozen=True):
    """A location in a file; 0 if unknown."""

    file: str
    line: int = 0
    column: int = 0


class Detail(msgspec.Struct, frozen=True):
    """A text under a title, such as a plan."""

    title: str
    text: str


class ClientUse(msgspec.Struct, frozen=True):
    """The use of an operation by a client version."""

    name: str
    version: str = ""
    count: int = 0


class Affected(msgspec.Struct, frozen=True):
    """An operation that a finding is about."""

    name: str
    hash: str = ""
    source: str = ""
    reason: str = ""
    clients: tuple[ClientUse, ...] = ()


class Patch(msgspec.Struct, frozen=True):
    """What a patch does, in one line."""

    title: str


class FindingApproval(msgspec.Struct, frozen=True):
    """Who approved a finding, and why."""

    by: str
    reason: str = ""


class Finding(msgspec.Struct, frozen=True):
    """A finding, as `hanse.checks.formats` writes it."""

    check: str
    level: str
    code: str
    message: str
    coordinate: str | None = None
    locations: tuple[Place, ...] = ()
    owners: tuple[str, ...] = ()
    details: tuple[Detail, ...] = ()
    affected: tuple[Affected, ...] = ()
    patch: Patch | None = None
    approval: FindingApproval | None = None

    @property
    def style(self) -> str:
        """Its level where it is one of ours."""
        return self.level if self.level in LEVELS else "note"


class Skipped(msgspec.Struct, frozen=True):
    """A check that did not run, and why."""

    check: str
    reason: str


class Report(msgspec.Struct, frozen=True):
    """A report. `raw` is its JSON where it has another form."""

    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    raw: str = ""


def read_report(report: dict[str, Any]) -> Report:
    """The report of a check; with its JSON alone where it has another form than ours."""
    if report and "findings" not in report:
        return Report(raw=encode_json(report).decode())
    try:
        known = {name: report[name] for name in ("findings", "skipped") if name in report}
        return msgspec.convert(known, Report)
    except msgspec.ValidationError:
        return Report(raw=encode_json(report).decode())
