"""Diagnostics with the line of the source and a caret."""

from __future__ import annotations

import click

from hanse.diagnostic_text import Source, diagnostic_text
from hanse_schema.diagnostics import Diagnostic, Location, Severity

SOURCES = {"shop": Source("shop.graphql", "type Query {\r\n\tname: Nothing\r\n}\r\n")}


def plain(diagnostic: Diagnostic) -> str:
    """The text without colours."""
    return click.unstyle(diagnostic_text(diagnostic, SOURCES))


def test_the_line_and_the_word_are_shown() -> None:
    found = Diagnostic("CODE", "It is wrong.", locations=(Location("shop", 2, 8), Location("shop", 1, 6)))
    assert plain(found).splitlines() == [
        "shop.graphql:2:8: error CODE: It is wrong.",
        "    2 |  name: Nothing",
        "      |        ^^^^^^^",
        "  and shop.graphql:1:6",
        "    1 | type Query {",
        "      |      ^^^^^",
    ]


def test_places_that_are_not_known() -> None:
    nowhere = Diagnostic("CODE", "It is wrong.", severity=Severity.HINT)
    assert plain(nowhere) == "hint CODE: It is wrong."
    unknown = Diagnostic("CODE", "It is wrong.", locations=(Location("other", 3, 1), Location("shop", 99, 1)))
    assert plain(unknown).splitlines() == [
        "other:3:1: error CODE: It is wrong.",
        "  and shop.graphql:99:1",
    ]
    whole = Diagnostic("CODE", "It is wrong.", locations=(Location("shop"),))
    assert plain(whole) == "shop.graphql: error CODE: It is wrong."


def test_errors_are_red_and_places_bold() -> None:
    found = Diagnostic("CODE", "It is wrong.", locations=(Location("shop", 1, 6),))
    head, _, caret = diagnostic_text(found, SOURCES).splitlines()
    assert head == f"{click.style('shop.graphql:1:6', bold=True)}: {click.style('error', fg='red', bold=True)}" + (
        " CODE: It is wrong."
    )
    assert caret == f"      |      {click.style('^^^^^', fg='red')}"
