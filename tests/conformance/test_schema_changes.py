"""The comparison of schema changes with those of other libraries, without running them."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import build_schema

from conformance.schema_change_events import GRAPHQL_JS, INSPECTOR, of_graphql_js, of_inspector
from conformance.schema_changes import ANY, NOTHING, UNUSED, WITH_PARENT, differences, listed
from hanse_schema.checks.changes import ChangeKind, diff_schemas


def js(type_: str, message: str, level: str = "BREAKING") -> dict[str, Any]:
    return {"type": type_, "level": level, "message": message}


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (js("FIELD_REMOVED", "Query.a was removed."), ("removed", "Query.a", "")),
        (js("ARG_REMOVED", "Query.a arg x was removed."), ("removed", "Query.a(x:)", "")),
        (js("DIRECTIVE_REMOVED", "d was removed."), ("removed", "@d", "")),
        (js("DIRECTIVE_ARG_REMOVED", "x was removed from d."), ("removed", "@d(x:)", "")),
        (js("DIRECTIVE_LOCATION_REMOVED", "QUERY was removed from d."), ("location", "@d", "QUERY")),
        (js("VALUE_REMOVED_FROM_ENUM", "B was removed from enum type E."), ("removed", "E.B", "")),
        (js("TYPE_ADDED_TO_UNION", "B was added to union type U."), ("member", "U", "B")),
        (js("OPTIONAL_INPUT_FIELD_ADDED", "An optional field b on input type I was added."), ("added", "I.b", "")),
    ],
)
def test_changes_of_graphql_js(change: dict[str, Any], key: tuple[str, str, str]) -> None:
    assert of_graphql_js(change).key == key


@pytest.mark.parametrize(
    ("type_", "path", "meta", "key"),
    [
        ("FIELD_ARGUMENT_REMOVED", "Query.a.x", {}, ("removed", "Query.a(x:)", "")),
        ("DIRECTIVE_ARGUMENT_ADDED", "@d", {"addedDirectiveArgumentName": "x"}, ("added", "@d(x:)", "")),
        ("UNION_MEMBER_REMOVED", "U", {"removedUnionMemberTypeName": "B"}, ("member", "U", "B")),
        ("DIRECTIVE_USAGE_ENUM_ADDED", "E.@d", {}, ("application", "E", "@d")),
        ("DIRECTIVE_USAGE_SCHEMA_ADDED", ".@d", {}, ("application", "", "@d")),
        ("DIRECTIVE_USAGE_INPUT_OBJECT_ADDED", "I.@oneOf", {}, ("one of", "I", "")),
        ("SCHEMA_MUTATION_TYPE_CHANGED", "", {}, ("root", "", "mutation")),
    ],
)
def test_changes_of_inspector(type_: str, path: str, meta: dict[str, str], key: tuple[str, str, str]) -> None:
    assert of_inspector({"type": type_, "level": "DANGEROUS", "path": path, "meta": meta}).key == key


def test_what_differs() -> None:
    before = build_schema("type Query { a: Int b: Int } type Unused { x: Int }")
    after = build_schema("type Query { a: String } type New { x: Int }")
    changes = diff_schemas(before, after)
    theirs = [
        of_graphql_js(js("FIELD_REMOVED", "Query.b was removed.", "DANGEROUS")),
        of_graphql_js(js("TYPE_REMOVED", "Unused was removed.")),
        of_graphql_js(js("ARG_REMOVED", "Query.a arg x was removed.")),
    ]
    assert set(differences(changes, GRAPHQL_JS, theirs)) == {
        (GRAPHQL_JS, "FIELD_REMOVED dangerous", "FIELD_REMOVED"),
        (GRAPHQL_JS, ANY, UNUSED),
        (GRAPHQL_JS, "ARG_REMOVED breaking", NOTHING),
        (GRAPHQL_JS, NOTHING, "FIELD_TYPE_CHANGED breaking"),
    }
    of_new_type = of_inspector({"type": "FIELD_ADDED", "level": "SAFE", "path": "New.x", "meta": {}})
    assert (INSPECTOR, ANY, WITH_PARENT) in set(differences(changes, INSPECTOR, [of_new_type]))


def test_each_listed_difference_has_a_reason_and_names_kinds_that_exist() -> None:
    reasons = listed()
    assert len(reasons) > 50
    kinds = {kind.name for kind in ChangeKind}
    for (_, _, ours), reason in reasons.items():
        assert ours in {ANY, NOTHING, UNUSED, WITH_PARENT} or ours.split()[0] in kinds
        assert reason.strip().endswith(".")
