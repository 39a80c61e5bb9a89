"""The effect of changes on operations."""

from __future__ import annotations

from hanse_schema.checks.affected import RULES
from hanse_schema.checks.changes import ChangeKind, ChangeLevel


def test_every_change_that_can_affect_operations_has_a_rule() -> None:
    assert {kind for kind in ChangeKind if kind.level is not ChangeLevel.SAFE} - RULES.keys() == set()
