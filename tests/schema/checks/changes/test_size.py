"""The work of comparing schemas grows with their size, not faster."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from graphql import GraphQLSchema, build_schema

from hanse_schema.checks.changes import ChangeLevel, diff_schemas
from tests.router.planner.test_bounds import calls_of


def many_types(count: int, leaf: str) -> GraphQLSchema:
    """Objects that all implement one interface and lead to each other, each with an input, an enum and a union."""
    types = "\n".join(
        f"type T{n} implements Node {{ id: ID! name(in: I{n}): {leaf} next: T{(n + 1) % count} any: U{n} e: E{n} }}\n"
        f"input I{n} {{ a: Int = {n} b: [{leaf}] }}\nenum E{n} {{ A B {leaf} }}\nunion U{n} = T{n} | T{n // 2}"
        for n in range(count)
    )
    return build_schema(f"type Query {{ node: Node first: T0 }} interface Node {{ id: ID! }} {types}")


def wide_types(count: int, leaf: str) -> GraphQLSchema:
    """One type of each kind with many parts, and as many directives."""
    names = range(count)
    fields = " ".join(f"f{n}(a: {leaf}): {leaf}" for n in names)
    arguments = " ".join(f"a{n}: {leaf}" for n in names)
    values = " ".join(f"{leaf}{n}" for n in names)
    directives = " ".join(f"directive @{leaf}{n}(a: Int) on FIELD" for n in names)
    return build_schema(
        f"type Query {{ {fields} all({arguments}): E }} input In {{ {arguments} }} enum E {{ {values} }} {directives}"
    )


@pytest.mark.parametrize("make", [many_types, wide_types])
def test_ten_times_the_schema_takes_at_most_fifteen_times_the_work(make: Callable[[int, str], GraphQLSchema]) -> None:
    few = make(30, "Int"), make(30, "String")
    many = make(300, "Int"), make(300, "String")
    assert len(diff_schemas(*many)) >= 9 * len(diff_schemas(*few))  # also evaluates the lazy parts of the schemas
    assert calls_of(lambda: diff_schemas(*many)) <= 15 * calls_of(lambda: diff_schemas(*few))


def test_a_schema_has_no_changes_to_itself() -> None:
    assert diff_schemas(many_types(20, "Int"), many_types(20, "Int")) == []


def test_breaking_changes_come_first() -> None:
    levels = [change.level for change in diff_schemas(wide_types(5, "Int"), wide_types(5, "String"))]
    assert levels == sorted(levels, key=list(ChangeLevel).index)
    assert len(levels) > 20
