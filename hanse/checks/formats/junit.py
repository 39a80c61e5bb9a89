"""The report as JUnit XML: a test suite for each check, a test case for each finding."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from hanse.checks.formats.summary import operation_line
from hanse_schema.checks.report import CheckName, CheckReport, Finding

_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(report: CheckReport) -> str:
    """The report as XML. Only errors that are not approved are failures."""
    suites = ElementTree.Element("testsuites", name=f"hanse schema check {report.id}")
    skipped = {one.check: one.reason for one in report.skipped}
    for check in CheckName:
        _suite(suites, check, report.of(check), skipped.get(check))
    suites.set("tests", str(len(suites.findall(".//testcase"))))
    suites.set("failures", str(len(suites.findall(".//failure"))))
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suites, encoding="unicode")


def _suite(suites: ElementTree.Element, check: CheckName, found: tuple[Finding, ...], skipped: str | None) -> None:
    cases = len(found) or 1
    failures = sum(finding.fails for finding in found)
    suite = ElementTree.SubElement(
        suites, "testsuite", name=check.value, tests=str(cases), failures=str(failures), errors="0"
    )
    suite.set("skipped", str(int(skipped is not None and not found)))
    if not found:
        case = ElementTree.SubElement(suite, "testcase", classname=f"hanse.{check.value}", name=check.value)
        if skipped is not None:
            ElementTree.SubElement(case, "skipped", message=_clean(skipped))
    for finding in found:
        _case(suite, finding)


def _case(suite: ElementTree.Element, finding: Finding) -> None:
    name = " ".join(part for part in (finding.code, finding.coordinate, finding.subject) if part)
    case = ElementTree.SubElement(suite, "testcase", classname=f"hanse.{finding.check.value}", name=_clean(name))
    if finding.locations:
        case.set("file", _clean(finding.locations[0].file))
    lines = [
        *(str(place) for place in finding.locations),
        *(f"used by {operation_line(operation)}" for operation in finding.affected),
        *(f"{detail.title}:\n{detail.text}" for detail in finding.details),
    ]
    text = _clean("\n".join(lines))
    if finding.fails:
        failure = ElementTree.SubElement(case, "failure", type=finding.code, message=_clean(finding.message))
        failure.text = text
    else:
        output = ElementTree.SubElement(case, "system-out")
        output.text = f"{finding.level.value}: {_clean(finding.message)}\n{text}".rstrip()


def _clean(text: str) -> str:
    """The text without characters that XML 1.0 cannot hold."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
