"""The findings of the events check: what changed, for whom, and how serious it is."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hanse_schema.checks.event_schemas import Compatibility, EventRules, EventUse, Policy, check_events
from hanse_schema.checks.report import CheckName, Detail, FileLocation, Finding, Level

USES = {"user.updated": EventUse("users", ("audit", "notifications"))}


def schema(*required: str, **properties: str) -> dict[str, Any]:
    kinds = {name: {"type": kind} for name, kind in properties.items()}
    return {"type": "object", "properties": kinds, "required": list(required)}


def check(before: Any, after: Any, **rules: Any) -> list[Finding]:
    versions = {} if before is None else {"user.updated": [before]}
    now = {} if after is None else {"user.updated": after}
    return check_events(versions, now, EventRules.model_validate(rules), USES)


def shown(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [(one.level.value, one.code, one.subject) for one in findings]


def test_an_equal_schema_has_no_findings() -> None:
    assert check(schema("id", id="string"), schema("id", id="string")) == []


def test_a_new_event_and_a_compatible_change_are_notes() -> None:
    assert shown(check(None, schema(id="string"))) == [("note", "EVENT_ADDED", "")]
    [found] = check(schema("id", id="string"), schema("id", id="string", name="string"))
    assert (found.level, found.code) == (Level.NOTE, "EVENT_CHANGED")
    assert found.message == "The schema of `user.updated` changed, and is compatible (full)."


def test_a_changed_type_breaks_both_directions() -> None:
    backward, forward = check(schema("id", id="string"), schema("id", id="integer"))
    assert shown([backward, forward]) == [
        ("error", "EVENT_NOT_BACKWARD_COMPATIBLE", "TYPE_CHANGED #/properties/id"),
        ("error", "EVENT_NOT_FORWARD_COMPATIBLE", "TYPE_CHANGED #/properties/id"),
    ]
    assert backward.check is CheckName.EVENTS
    assert backward.coordinate == "user.updated"
    assert backward.locations == (FileLocation("schema/events/user.updated.json"),)
    assert backward.details == (Detail("published by", "users"), Detail("consumed by", "audit, notifications"))
    assert backward.message == (
        "`user.updated` at #/properties/id: type changed; consumers of the new schema cannot read events of the old "
        "one. Undo the change, or publish a new event type beside this one."
    )


def test_a_required_property_breaks_new_consumers_of_old_events() -> None:
    before, after = schema("id", id="string"), schema("id", "name", id="string", name="string")
    [found] = check(before, after)
    assert found.code == "EVENT_NOT_BACKWARD_COMPATIBLE"
    assert check(before, after, compatibility="forward")[0].code == "EVENT_CHANGED"
    assert check(before, after, events={"user.*": "none"})[0].code == "EVENT_CHANGED"


def test_a_property_that_is_no_longer_there_breaks_old_consumers() -> None:
    [found] = check(schema("id", "name", id="string", name="string"), schema("id", id="string"))
    assert found.code == "EVENT_NOT_FORWARD_COMPATIBLE"


def test_the_strict_policy_does_not_let_open_objects_grow() -> None:
    found = check(schema(id="string"), schema(id="string", name="string"), policy="strict", compatibility="backward")
    assert shown(found) == [
        (
            "error",
            "EVENT_NOT_BACKWARD_COMPATIBLE",
            "OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL #/properties/name",
        )
    ]


def test_a_removed_event_with_consumers_is_an_error() -> None:
    [found] = check(schema(id="string"), None)
    assert (found.level, found.code) == (Level.ERROR, "EVENT_REMOVED")
    [alone] = check_events({"user.gone": [schema()]}, {}, EventRules(), USES)
    assert (alone.level, alone.code) == (Level.WARNING, "EVENT_REMOVED")


def test_all_versions_count_in_a_transitive_comparison() -> None:
    versions = {"a": [schema("id", id="integer"), schema(), schema()]}
    rules = EventRules(compatibility=Compatibility.BACKWARD_TRANSITIVE)
    [found] = check_events(versions, {"a": schema(id="string")}, rules, {})
    assert "(of 3 versions ago)" in found.message


def test_schemas_that_are_too_complex_are_an_error() -> None:
    def deep(last: str) -> Any:
        found: Any = {"type": last}
        for _ in range(60):
            found = {"type": "object", "properties": {"a": found}}
        return found

    [found] = check(deep("string"), deep("integer"))
    assert (found.level, found.code) == (Level.ERROR, "EVENT_SCHEMA_TOO_COMPLEX")


@pytest.mark.parametrize("rules", [{"compatibility": "total"}, {"policy": "kind"}, {"event": {}}])
def test_wrong_rules_are_refused(rules: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EventRules.model_validate(rules)


def test_the_last_pattern_counts() -> None:
    rules = EventRules.model_validate({"events": {"user.*": "none", "user.updated": "backward"}})
    assert rules.of("user.updated") is Compatibility.BACKWARD
    assert rules.of("user.deleted") is Compatibility.NONE
    assert rules.of("task.created") is Compatibility.FULL
    assert rules.policy is Policy.LENIENT
