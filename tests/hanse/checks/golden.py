"""Golden cases of whole checks, a folder each.

    before/NAME.graphql, after/NAME.graphql   the subgraphs; LINK is added at the end of each
    operations/                               known operations (optional), or trusted.json
    usage.json                                a usage report, or a list (optional)
    contracts/NAME.yaml                       contracts (optional)
    rules.json                                fields of UsageRules (optional)
    report.txt                                the expected report

`python -m tests.hanse.checks.golden` writes the reports; review the difference.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from click import unstyle

from hanse.checks.formats.text import to_text
from hanse.checks.read_operations import read_operations
from hanse.checks.read_usage import usage_of_files
from hanse.checks.request import CheckRequest
from hanse.checks.run import run_checks
from hanse.checks.usage import UsageRules, judge_usage
from hanse.contract_file import read_contract
from hanse_schema.checks.report import CheckReport
from hanse_schema.subgraph.model import SubgraphSource

CASES = Path(__file__).parent / "cases"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@requires", '
    '"@external", "@override", "@provides", "@tag", "@inaccessible", "@authenticated"])\n'
)


def case_folders() -> list[Path]:
    """The folders of all cases."""
    return sorted(folder for folder in CASES.iterdir() if folder.is_dir())


def report_of_case(case: Path) -> CheckReport:
    """Run the checks of a case."""
    rules_file = case / "rules.json"
    given = json.loads(rules_file.read_text()) if rules_file.exists() else {}
    given["excluded_clients"] = frozenset(given.get("excluded_clients", ()))
    rules = UsageRules(**given)
    usage = judge_usage(usage_of_files(case.glob("usage.json")), rules, NOW)
    operations = [path for path in (case / "operations", case / "trusted.json") if path.exists()]
    after = _subgraphs(case / "after")
    known = [*read_operations(operations), *usage.operations]
    request = CheckRequest(
        before=_subgraphs(case / "before"),
        after=after,
        files={name: f"{name}.graphql" for name in after},
        operations=tuple(known),
        evidence=usage.evidence,
        contracts={path.stem: read_contract(path) for path in sorted((case / "contracts").glob("*.yaml"))},
        findings=usage.findings,
    )
    return run_checks(request)


def text_of_case(case: Path) -> str:
    """The report of a case as text, without the folder of this machine."""
    return unstyle(to_text(report_of_case(case))).replace(f"{case}/", "") + "\n"


def _subgraphs(folder: Path) -> dict[str, SubgraphSource]:
    return {
        path.stem: SubgraphSource(path.stem, path.read_text() + LINK, f"http://{path.stem}/graphql")
        for path in sorted(folder.glob("*.graphql"))
    }


if __name__ == "__main__":
    for folder in case_folders():
        (folder / "report.txt").write_text(text_of_case(folder))
