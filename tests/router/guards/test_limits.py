"""Limits on documents."""

from __future__ import annotations

import pytest
from graphql import parse

from hanse_router.errors import LimitExceeded
from hanse_router.prepare.limits import check_limits
from hanse_router.settings import LimitSettings


def code(text: str, **limits: int) -> str | None:
    try:
        check_limits(parse(text), LimitSettings(**limits))
    except LimitExceeded as error:
        return error.error_code
    return None


@pytest.mark.parametrize(
    ("text", "limits", "expected"),
    [
        ("{ a { b { c } } }", {"max_depth": 3}, None),
        ("{ a { b { c } } }", {"max_depth": 2}, "MAX_DEPTH_LIMIT"),
        ("{ a { ...F } } fragment F on T { b { c } }", {"max_depth": 2}, "MAX_DEPTH_LIMIT"),
        ("{ a { ... on T { b } } }", {"max_depth": 2}, None),
        ("{ x: a y: a }", {"max_aliases": 2}, None),
        ("{ x: a y: a z: a }", {"max_aliases": 2}, "MAX_ALIASES_LIMIT"),
        ("{ ...F ...F } fragment F on T { x: a y: a }", {"max_aliases": 3}, "MAX_ALIASES_LIMIT"),
        ("{ a b c }", {"max_root_fields": 2}, "MAX_ROOT_FIELDS_LIMIT"),
        ("{ ...F c } fragment F on T { a b { d e f } }", {"max_root_fields": 3}, None),
        ("{ a { b c } }", {"max_fields": 2}, "MAX_FIELDS_LIMIT"),
        ("query A { a } query B { a { b { c } } }", {"max_depth": 2}, "MAX_DEPTH_LIMIT"),
    ],
)
def test_each_limit(text: str, limits: dict[str, int], expected: str | None) -> None:
    assert code(text, **limits) == expected


def test_a_cycle_of_fragments_ends() -> None:
    assert code("{ ...F } fragment F on T { a ...G } fragment G on T { b ...F }") is None


def test_fragments_that_double_thirty_times_are_measured_without_being_walked() -> None:
    fragments = " ".join(f"fragment F{n} on T {{ ...F{n + 1} ...F{n + 1} }}" for n in range(30))
    assert code("{ ...F0 } " + fragments + " fragment F30 on T { a }") == "MAX_FIELDS_LIMIT"
