"""Each case has the findings that it expects, and every kind of change has a case."""

from __future__ import annotations

import pytest

from hanse_schema.checks.changes import ChangeKind, ChangeLevel
from tests.schema.checks.cases import BECOMES_INVALID, CHECKS, Case, all_cases, found

ALL = all_cases()


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    expected = case.expected()
    assert expected.keys() <= CHECKS.keys()
    assert expected
    assert found(case, list(expected)) == expected


def test_every_kind_of_change_has_a_case_at_its_level() -> None:
    changes = [change for case in ALL for change in case.expected().get("changes", ())]
    assert {(kind.name, kind.level.value) for kind in ChangeKind} <= {(c["kind"], c["level"]) for c in changes}
    assert {change["level"] for change in changes} == {level.value for level in ChangeLevel}
    assert len([case for case in ALL if "changes" in case.expected()]) >= 150


def test_breaking_kinds_make_an_operation_invalid() -> None:
    """All but those that change responses or access, and none of the others."""
    broken: set[str] = set()
    for case in ALL:
        expected = case.expected()
        if BECOMES_INVALID in expected.get("operations", {}).values():
            blamed = {change["kind"] for change in expected["changes"] if change["level"] == "breaking"}
            assert blamed, case.name
            broken |= blamed if len(blamed) == 1 else set()
    breaking = {kind.name for kind in ChangeKind if kind.level is ChangeLevel.BREAKING}
    assert breaking - broken == {ChangeKind.ACCESS_TIGHTENED.name, ChangeKind.FIELD_TYPE_CHANGED.name}
