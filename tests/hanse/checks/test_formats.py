"""The forms of the report, each checked by what reads it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from click import unstyle

from hanse.checks.formats import FORMATS
from hanse.checks.formats.github import to_github
from hanse.checks.formats.json_report import to_json
from hanse.checks.formats.junit import to_junit
from hanse.checks.formats.markdown import MAX_CHARACTERS, to_markdown
from hanse.checks.formats.sarif import to_sarif
from hanse.checks.formats.text import to_text
from hanse_schema.checks.report import (
    AffectedOperation,
    Approval,
    CheckName,
    CheckReport,
    ClientUse,
    Detail,
    Edit,
    FileLocation,
    Finding,
    Level,
    Patch,
    SkippedCheck,
    report_of,
)
from tests.docs.pages import DOCS
from tests.hanse.checks.golden import case_folders, report_of_case

SCHEMAS = Path(__file__).parent / "schemas"
ODD = "50%,\n:: a\x00b | <b> ]]> `x` *y*"  # what each form has to escape
FINDING = Finding(
    CheckName.CHANGES,
    Level.ERROR,
    "FIELD_REMOVED",
    f"Product.price was removed. {ODD}",
    "Product.price",
    "subject",
    (FileLocation("shop, new/a b:c.graphql", 3, 5), FileLocation("other.graphql")),
    (Detail("Plan", "```\nQueryPlan {\n}\n```"),),
    (AffectedOperation("Get", "ab" * 32, "usage", "selects it", (ClientUse("web", "1", 1200, "2026-01-01T00:00Z"),)),),
    Patch("Add @shareable", (Edit("a.graphql", (1, 2), (1, 2), " @shareable"), Edit("b.graphql", (3, 1), (4, 1), ""))),
)
WARNING = Finding(CheckName.PLANS, Level.WARNING, "PLAN_REGRESSION", "Slower.")
NOTE = Finding(CheckName.CHANGES, Level.NOTE, "FIELD_ADDED", "Added.", "Product.cost")
FAILED = report_of(["shop"], [FINDING, WARNING, NOTE], [SkippedCheck(CheckName.EVENTS, f"none {ODD}")])
APPROVED = FAILED.approved(Approval("Ada", "2026-01-01T00:00:00Z", "No client."))
UNREADABLE = replace(FAILED, readable=False)
REPORTS = [FAILED, APPROVED, UNREADABLE, report_of([], [])]


def documented_json(report: CheckReport) -> Any:
    document = json.loads(to_json(report))
    schema = json.loads((DOCS / "reference" / "check-report.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(document)
    return document


@pytest.mark.parametrize("report", REPORTS)
def test_json_is_as_documented(report: CheckReport) -> None:
    document = documented_json(report)
    assert document["verdict"] == report.verdict.value
    assert len(document["findings"]) == len(report.findings)


def test_json_of_the_golden_cases_is_as_documented() -> None:
    for case in case_folders()[::6]:
        documented_json(report_of_case(case))


@pytest.mark.parametrize("report", REPORTS)
def test_sarif_is_valid(report: CheckReport) -> None:
    log = json.loads(to_sarif(report))
    schema = json.loads((SCHEMAS / "sarif-schema-2.1.0.json").read_text())
    jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker()).validate(log)
    [run] = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])


def test_sarif_has_places_repairs_and_approvals() -> None:
    [run] = json.loads(to_sarif(APPROVED))["runs"]
    [result] = [one for one in run["results"] if one["ruleId"] == "FIELD_REMOVED"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "shop%2C%20new/a%20b%3Ac.graphql"
    assert place["region"] == {"startLine": 3, "startColumn": 5}
    assert len(result["fixes"][0]["artifactChanges"]) == 2
    assert result["suppressions"][0]["justification"] == "Ada: No client."


def test_github_annotations() -> None:
    lines = to_github(FAILED).splitlines()
    assert len(lines) == 4  # one for each finding, and the headline
    [error] = [line for line in lines if line.startswith("::error ")]
    assert error.startswith("::error file=shop%2C new/a b%3Ac.graphql,line=3,col=5,title=FIELD_REMOVED::Product.price")
    assert "50%25,%0A" in error
    assert "::warning title=PLAN_REGRESSION::Slower." in lines
    assert [line.split(" ")[0] for line in to_github(APPROVED).splitlines()[:-1]] == [
        "::notice",
        "::notice",
        "::warning",
    ]


@pytest.mark.parametrize("report", REPORTS)
def test_junit(report: CheckReport) -> None:
    suites = ElementTree.fromstring(to_junit(report))
    failing = [finding for finding in report.findings if finding.fails]
    assert len(suites.findall(".//failure")) == len(failing) == int(suites.attrib["failures"])
    assert len(suites.findall(".//testcase")) == int(suites.attrib["tests"])
    assert {suite.attrib["name"] for suite in suites} == {check.value for check in CheckName}


def test_markdown() -> None:
    text = to_markdown(FAILED)
    assert text.startswith("## Schema check of `shop`: failed\n")
    assert "50%, :: a\x00b \\| \\<b\\> \\]\\]\\> `x` \\*y\\*" in text
    assert "````\n  ```\n  QueryPlan {" in text  # a fence longer than those in the text
    assert text.count("<details>") == text.count("</details>")


def test_markdown_fits_a_comment() -> None:
    many = [replace(NOTE, coordinate=f"T.f{number}", message="word " * 50) for number in range(2000)]
    text = to_markdown(report_of(["shop"], [FINDING, *many]))
    assert len(text) < MAX_CHARACTERS + 100
    assert text.count("<details>") == text.count("</details>")
    assert re.search(r"[\d,]+ more findings are left out", text)


def test_text_tells_how_to_approve_what_is_recorded() -> None:
    assert "hanse schema approve" not in to_text(FAILED)
    recorded = replace(FAILED, recorded=True)
    for form in (to_text, to_markdown):
        assert f"hanse schema approve {FAILED.id} --reason" in form(recorded)
    assert "hanse schema approve" not in to_text(replace(recorded, readable=False))
    assert unstyle(to_text(FAILED)) != to_text(FAILED)


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_takes_an_empty_report(form: str) -> None:
    assert FORMATS[form](report_of([], []))
