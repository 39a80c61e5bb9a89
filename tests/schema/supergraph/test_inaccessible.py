"""What `@inaccessible` may not hide. The verdicts are those of the reference composer."""

from __future__ import annotations

import pytest

from hanse_schema.compose import SubgraphSource, compose

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@inaccessible"])\n'


@pytest.mark.parametrize(
    ("sdl", "errors"),
    [
        ("type Query @inaccessible { x: Int }", ["QUERY_ROOT_TYPE_INACCESSIBLE Query"]),
        ("type Query { x: Int @inaccessible }", ["ONLY_INACCESSIBLE_CHILDREN Query"]),
        ("type Query { x: Int } type A { a: Int @inaccessible }", ["ONLY_INACCESSIBLE_CHILDREN A"]),
        ("type Query { x(i: I): Int } input I { a: Int @inaccessible }", ["ONLY_INACCESSIBLE_CHILDREN I"]),
        ("type Query { x(e: E): Int } enum E { A @inaccessible }", ["ONLY_INACCESSIBLE_CHILDREN E"]),
        ("type Query { u: U } union U = A type A @inaccessible { a: Int }", ["ONLY_INACCESSIBLE_CHILDREN U"]),
        (
            "type Query { x: A y(i: I): Int } type A @inaccessible { a: Int } input I @inaccessible { a: Int }",
            ["REFERENCED_INACCESSIBLE Query.x", "REFERENCED_INACCESSIBLE Query.y(i:)"],
        ),
        ("type Query { x: A @inaccessible y: Int } type A @inaccessible { a: Int }", []),
        ("type Query { x(a: Int! @inaccessible): Int }", ["REQUIRED_INACCESSIBLE Query.x(a:)"]),
        ("type Query { x(a: Int! = 2 @inaccessible): Int }", []),
        ("type Query { x(i: I): Int } input I { a: Int! @inaccessible b: Int }", ["REQUIRED_INACCESSIBLE I.a"]),
        (
            "type Query { x: I } interface I { a: Int } type A implements I { a: Int @inaccessible b: Int }",
            ["IMPLEMENTED_BY_INACCESSIBLE A.a"],
        ),
        (
            "type Query { x: I } interface I { a(x: Int): Int } type A implements I { a(x: Int @inaccessible): Int }",
            ["IMPLEMENTED_BY_INACCESSIBLE A.a(x:)"],
        ),
        ("type Query { x: Int } interface I @inaccessible { a: Int } type A implements I { a: Int }", []),
        (
            "type Query { x(l: [E!] = [A]): Int y(i: J = { a: 1 }): Int } "
            "enum E { A @inaccessible B } input J { a: Int @inaccessible b: Int }",
            ["DEFAULT_VALUE_USES_INACCESSIBLE Query.x(l:)", "DEFAULT_VALUE_USES_INACCESSIBLE Query.y(i:)"],
        ),
        (
            "directive @d(e: E = A) on FIELD type Query { x: Int } enum E { A @inaccessible B }",
            ["DEFAULT_VALUE_USES_INACCESSIBLE @d(e:)"],
        ),
    ],
)
def test_what_is_hidden_is_not_needed(sdl: str, errors: list[str]) -> None:
    composition = compose([SubgraphSource("a", LINK + sdl)])

    assert [f"{error.code} {error.coordinate}" for error in composition.errors] == errors


def test_places_are_those_of_the_element() -> None:
    composition = compose([SubgraphSource("a", LINK + "type Query {\n  x: Int! @inaccessible\n}\n")])

    assert str(composition.errors[0].locations[0]) == "a:2:1"
