"""Diagnostics with the line of the source and a caret."""

from __future__ import annotations

from hanse.diagnostic_text import Source, diagnostic_text
from hanse_schema.diagnostics import Diagnostic, Location, Severity

SOURCES = {"shop": Source("shop.graphql", "type Query {\r\n\tname: Nothing\r\n}\r\n")}


def test_the_line_and_the_word_are_shown() -> None:
    found = Diagnostic("CODE", "It is wrong.", locations=(Location("shop", 2, 8), Location("shop", 1, 6)))
    assert diagnostic_text(found, SOURCES).splitlines() == [
        "shop.graphql:2:8: error CODE: It is wrong.",
        "    2 |  name: Nothing",
        "      |        ^^^^^^^",
        "  and shop.graphql:1:6",
        "    1 | type Query {",
        "      |      ^^^^^",
    ]


def test_places_that_are_not_known() -> None:
    nowhere = Diagnostic("CODE", "It is wrong.", severity=Severity.HINT)
    assert diagnostic_text(nowhere, SOURCES) == "hint CODE: It is wrong."
    unknown = Diagnostic("CODE", "It is wrong.", locations=(Location("other", 3, 1), Location("shop", 99, 1)))
    assert diagnostic_text(unknown, SOURCES).splitlines() == [
        "other:3:1: error CODE: It is wrong.",
        "  and shop.graphql:99:1",
    ]
    whole = Diagnostic("CODE", "It is wrong.", locations=(Location("shop"),))
    assert diagnostic_text(whole, SOURCES) == "shop.graphql: error CODE: It is wrong."
