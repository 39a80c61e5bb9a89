"""Usage reports: what a router tells a registry of the operations that clients sent. No literals, no variables.

One entry counts the uses of one operation by one version of one client, since the report before.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from hanse_wire.json_codec import JSON_ERRORS, encode_json, json_problem

MAX_REPORT_BYTES = 4_000_000  # of a report as JSON; a router sends several smaller ones
MAX_OPERATIONS = 10_000  # entries in a report
MAX_SIGNATURE_CHARACTERS = 200_000
MAX_NAME_CHARACTERS = 200
MAX_CLIENT_CHARACTERS = 128
_MAX_COUNT = 2**53

_Count = Annotated[int, msgspec.Meta(ge=0, le=_MAX_COUNT)]
_Moment = Annotated[float, msgspec.Meta(ge=0, le=253_402_300_799)]  # seconds since the epoch, to the year 9999
_ClientText = Annotated[str, msgspec.Meta(max_length=MAX_CLIENT_CHARACTERS)]


class UsageReportError(ValueError):
    """The body is not a usage report. The message says what is wrong with it, and can be shown to the sender."""


class Client(msgspec.Struct, frozen=True):
    """A client as it names itself; empty where it does not."""

    name: _ClientText = ""
    version: _ClientText = ""


class OperationUse(msgspec.Struct, frozen=True, kw_only=True):
    """The uses of one operation by one client version.

    `signature` is the operation without literals, aliases and fragments numbered; `hash` the SHA-256 of it in
    hexadecimal digits. `errors` counts the uses whose response has errors. `last_seen` is in seconds since the epoch,
    not before the last use and not after `until` of the report.
    """

    signature: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_SIGNATURE_CHARACTERS)]
    hash: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    name: Annotated[str, msgspec.Meta(max_length=MAX_NAME_CHARACTERS)] | None = None
    kind: Literal["query", "mutation", "subscription"]
    client: Client = Client()
    count: _Count
    errors: _Count = 0
    last_seen: _Moment


class UsageReport(msgspec.Struct, frozen=True, kw_only=True):
    """The uses between `since` and `until`, in seconds since the epoch.

    `id` is equal when a report is sent again, after a response that was lost: count it once. `version` is that of the
    supergraph at `until`, None where it has none. `router` names the process. `dropped` counts uses that no entry
    has, since the router's memory for entries was full. With a `sample_rate` below 1, `count` and `errors` are
    estimates of all uses; the first use of an entry is always counted.
    """

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    version: _Count | None = None
    router: Annotated[str, msgspec.Meta(max_length=MAX_NAME_CHARACTERS)] = ""
    since: _Moment
    until: _Moment
    dropped: _Count = 0
    sample_rate: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1.0
    operations: Annotated[tuple[OperationUse, ...], msgspec.Meta(max_length=MAX_OPERATIONS)] = ()


_decode = msgspec.json.Decoder(UsageReport).decode


def encode_report(report: UsageReport) -> bytes:
    """The report as JSON."""
    return encode_json(report)


def decode_report(body: bytes) -> UsageReport:
    """The report in a JSON body. Raises UsageReportError, also for one larger than MAX_REPORT_BYTES."""
    if len(body) > MAX_REPORT_BYTES:
        raise UsageReportError(f"the report is larger than {MAX_REPORT_BYTES} bytes: send several")
    try:
        return _decode(body)
    except JSON_ERRORS as error:
        raise UsageReportError(json_problem(error, body)) from error
