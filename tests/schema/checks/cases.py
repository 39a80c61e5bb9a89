"""Cases of schema checks: a folder per change, with what each check finds.

A folder holds `before.graphql` and `after.graphql`, and where a check needs them `operations/*.graphql` (one operation
a file) and `usage.json`. `expected.json` has the findings by the name of the check: `{"changes": [...]}`. A check that
is not in `expected.json` does not run on the case. To compare another check, add it to CHECKS.

`python -m tests.schema.checks.cases [NAME ...]` writes the expectations of the checks that each case names anew; read
the change before committing it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema, build_schema, parse, validate

from hanse_schema.checks.changes import Change, diff_schemas

CASES = Path(__file__).parent / "cases"
EXPECTED = "expected.json"
STAYS_VALID, BECOMES_INVALID = "stays valid", "becomes invalid"


@dataclass(frozen=True, slots=True)
class Case:
    """The folder of a case, read."""

    folder: Path

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.folder.name

    def before(self) -> GraphQLSchema:
        """The old API schema."""
        return build_schema((self.folder / "before.graphql").read_text(encoding="utf-8"))

    def after(self) -> GraphQLSchema:
        """The new API schema."""
        return build_schema((self.folder / "after.graphql").read_text(encoding="utf-8"))

    def operations(self) -> dict[str, str]:
        """The operations by the name of their file."""
        return {
            file.stem: file.read_text(encoding="utf-8") for file in sorted(self.folder.glob("operations/*.graphql"))
        }

    def usage(self) -> Any:
        """The content of `usage.json`; None without."""
        file = self.folder / "usage.json"
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None

    def expected(self) -> dict[str, Any]:
        """What each check is expected to find."""
        found: dict[str, Any] = json.loads((self.folder / EXPECTED).read_text(encoding="utf-8"))
        return found


def changes_of(case: Case) -> list[dict[str, str]]:
    """The changes, in their order."""
    return [_shown(change) for change in diff_schemas(case.before(), case.after())]


def _shown(change: Change) -> dict[str, str]:
    shown = {
        "level": change.level.value,
        "kind": change.kind.name,
        "coordinate": change.coordinate,
        "message": change.message,
    }
    if change.subject:
        shown["subject"] = change.subject
    if change.deprecated is not None:
        shown["deprecated"] = change.deprecated
    return shown


def validity_of(case: Case) -> dict[str, str]:
    """Whether each operation, which is valid on the old schema, is valid on the new one."""
    found = {}
    for name, text in case.operations().items():
        document = parse(text)
        assert validate(case.before(), document) == [], f"{case.name}/{name} is not valid on the old schema"
        found[name] = BECOMES_INVALID if validate(case.after(), document) else STAYS_VALID
    return found


CHECKS: dict[str, Callable[[Case], Any]] = {"changes": changes_of, "operations": validity_of}


def found(case: Case, checks: list[str]) -> dict[str, Any]:
    """What these checks find in the case."""
    return {name: CHECKS[name](case) for name in checks}


def all_cases() -> list[Case]:
    """All cases, by name."""
    return [Case(folder) for folder in sorted(CASES.iterdir())]


def main(names: list[str]) -> None:
    """Write the expectations anew: of these cases, or of all."""
    for case in all_cases():
        if not names or case.name in names:
            answer = found(case, list(case.expected()))
            (case.folder / EXPECTED).write_text(json.dumps(answer, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
