"""The report in the Static Analysis Results Interchange Format (SARIF 2.1.0, OASIS)."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from hanse_schema.checks.report import CheckReport, FileLocation, Finding, Patch, Verdict

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HELP = "https://github.com/hanse-graphql/hanse/blob/main/docs/reference/check-codes.md"
FINGERPRINT = "hanseFinding/v1"

Json = dict[str, Any]


def to_sarif(report: CheckReport) -> str:
    """The report as a SARIF log with one run."""
    codes = sorted({finding.code for finding in report.findings})
    rules = {code: index for index, code in enumerate(codes)}
    run: Json = {
        "tool": {
            "driver": {
                "name": "hanse schema check",
                "version": version("hanse"),
                "informationUri": "https://github.com/hanse-graphql/hanse",
                "rules": [{"id": code, "helpUri": HELP} for code in codes],
            }
        },
        "automationDetails": {"id": f"hanse schema check/{report.id}"},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": report.verdict is not Verdict.NOT_CHECKED}],
        "results": [_result(finding, rules[finding.code]) for finding in report.findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _result(finding: Finding, rule: int) -> Json:
    details = "".join(f"\n\n{detail.title}:\n{detail.text.rstrip()}" for detail in finding.details)
    result: Json = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": finding.level.value,
        "message": {"text": finding.message + details},
        "locations": [_location(finding, place) for place in finding.locations] or [_location(finding, None)],
        "partialFingerprints": {FINGERPRINT: finding.id},
        "properties": {"check": finding.check.value},
    }
    if finding.approval is not None:
        justification = f"{finding.approval.by}: {finding.approval.reason}"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": justification}]
    if finding.patch is not None:
        result["fixes"] = [_fix(finding.patch)]
    return result


def _location(finding: Finding, place: FileLocation | None) -> Json:
    location: Json = {}
    if place is not None:
        location["physicalLocation"] = {"artifactLocation": {"uri": _uri(place.file)}}
        if place.line:
            region = {"startLine": place.line} | ({"startColumn": place.column} if place.column else {})
            location["physicalLocation"]["region"] = region
    if finding.coordinate:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.coordinate}]
    return location


def _fix(patch: Patch) -> Json:
    changes: dict[str, list[Json]] = {}
    for edit in patch.edits:
        region = {
            "startLine": edit.start[0],
            "startColumn": edit.start[1],
            "endLine": edit.end[0],
            "endColumn": edit.end[1],
        }
        replacement = {"deletedRegion": region, "insertedContent": {"text": edit.text}}
        changes.setdefault(edit.file, []).append(replacement)
    return {
        "description": {"text": patch.title},
        "artifactChanges": [
            {"artifactLocation": {"uri": _uri(file)}, "replacements": replacements}
            for file, replacements in changes.items()
        ],
    }


def _uri(file: str) -> str:
    return quote(PurePath(file).as_posix())
