"""The forms of a check's report, one a file."""

from __future__ import annotations

from collections.abc import Callable

from hanse.checks.formats.github import to_github
from hanse.checks.formats.json_report import to_json
from hanse.checks.formats.junit import to_junit
from hanse.checks.formats.markdown import to_markdown
from hanse.checks.formats.sarif import to_sarif
from hanse.checks.formats.text import to_text
from hanse_schema.checks.report import CheckReport

Formatter = Callable[[CheckReport], str]

FORMATS: dict[str, Formatter] = {
    "text": to_text,
    "json": to_json,
    "github": to_github,
    "sarif": to_sarif,
    "junit": to_junit,
    "markdown": to_markdown,
}
