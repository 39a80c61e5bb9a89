"""Hostile SDL: an answer within bounds, whatever comes."""

from __future__ import annotations

import time

import pytest

from hanse_schema.subgraph import Ingested, SubgraphSource, ingest_all

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external"])\n'
)
INTERFACES = 300

ACCEPTED = {
    "nested list types": f"type Query {{ a: {'[' * 98}Int{']' * 98} }}",
    "nested list values": f"scalar X type Query {{ a(x: X = {'[' * 96}{']' * 96}): Int }}",
    "nested object values": f"scalar X type Query {{ a(x: X = {'{a:' * 96}1{'}' * 96}): Int }}",
    "a nested field set": LINK
    + f'type Query {{ t: T }} type T @key(fields: "{"n { " * 95}id{" }" * 95}") {{ id: ID n: T }}',
    "a wide field set": LINK + f'type Query {{ t: T }} type T @key(fields: "{"id " * 20_000}") {{ id: ID }}',
    "many comments": "#\n" * 100_000 + "type Query { a: Int }",
    "brackets in strings": f'type Query {{ a(x: String = "{"[" * 5_000}"): Int }}',
    "brackets in comments": f"type Query {{ a: Int }} # {'[' * 5_000}",
    "a byte order mark": "\ufefftype Query { a: Int }",
    "many interfaces": "type Query { a: Int }\n"
    + "\n".join(f"interface I{i} {{ a: Int }}" for i in range(INTERFACES))
    + f"\ntype T implements {' & '.join(f'I{i}' for i in range(INTERFACES))} {{ a: Int }}",
}

REFUSED = {
    "nothing at all": ("", "INVALID_GRAPHQL"),
    "twenty megabytes": ("type Query { a: Int }" + "# x\n" * 5_000_000, "INVALID_GRAPHQL"),
    "deep list types": (f"type Query {{ a: {'[' * 100_000}Int{']' * 100_000} }}", "INVALID_GRAPHQL"),
    "deep values": (f"scalar X type Query {{ a(x: X = {'[' * 100_000}", "INVALID_GRAPHQL"),
    "unclosed brackets": ("{" * 1_000_000, "INVALID_GRAPHQL"),
    "unclosed strings": ('type Query { a: Int }"""' + "x" * 1_000_000, "INVALID_GRAPHQL"),
    "a null character": ("type Query { a\0: Int }", "INVALID_GRAPHQL"),
    "half a surrogate pair": ('type Query { "\ud800" a: Int }', "INVALID_GRAPHQL"),
    "a huge integer": (f"type Query {{ a(x: Int = {'9' * 100_000}): Int }}", "INVALID_GRAPHQL"),
    "a field set 10,000 levels deep": (
        LINK + f'type Query {{ t: T }} type T @key(fields: "{"n { " * 10_000}id{" }" * 10_000}") {{ id: ID n: T }}',
        "KEY_INVALID_FIELDS",
    ),
    "a circle of interfaces": (
        "type Query { a: Int }\n"
        + "\n".join(f"interface I{i} implements I{(i + 1) % 1_000} {{ a: Int }}" for i in range(1_000)),
        "INVALID_GRAPHQL",
    ),
    "a circle of inputs": (
        "type Query { a(x: I0): Int }\n" + "\n".join(f"input I{i} {{ a: I{(i + 1) % 2_000}! }}" for i in range(2_000)),
        "INVALID_GRAPHQL",
    ),
    "many unknown imports": (
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", '
        "import: [" + " ".join(f'"@a{i}"' for i in range(10_000)) + "]) type Query { a: Int }",
        "INVALID_LINK_DIRECTIVE_USAGE",
    ),
    "one field many times": (f"type Query {{ {'a: Int ' * 20_000} }}", "INVALID_GRAPHQL"),
}


def ingested(sdl: str) -> Ingested:
    (one,) = ingest_all([SubgraphSource("a", sdl)])
    return one


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name: str) -> None:
    one = ingested(ACCEPTED[name])
    assert one.diagnostics == ()
    assert one.schema is not None


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    sdl, code = REFUSED[name]
    started = time.process_time()
    one = ingested(sdl)
    assert time.process_time() - started < 10
    assert one.schema is None
    assert {diagnostic.code for diagnostic in one.diagnostics} == {code}
    assert len(one.diagnostics) <= 1_000
    assert all(len(diagnostic.message) < 3_000 for diagnostic in one.diagnostics)


def test_what_nests_within_strings_does_not_count() -> None:
    one = ingested('type Query { a(x: String = "\\"[[[", y: String = """\\"""[[[["""): Int }' + "# [[[[" * 200)
    assert one.diagnostics == ()
