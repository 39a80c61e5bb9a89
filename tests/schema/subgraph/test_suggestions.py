"""A misspelt name is answered with what was probably meant."""

from __future__ import annotations

import pytest

from hanse_schema.subgraph import SubgraphSource, ingest

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
ON_TYPE = 'type Query { p: P }\ntype P @key(fields: "%s") { sku: ID }'


def message_of(sdl: str) -> str:
    (diagnostic,) = ingest(SubgraphSource("a", sdl)).diagnostics
    return diagnostic.message


@pytest.mark.parametrize(
    ("sdl", "meant"),
    [
        ("type Query { a: Prodct }\ntype Product { a: Int }", "did you mean `Product`?"),
        ("type Query { a: Boolan }", "did you mean `Boolean`?"),
        ("type Query { a: Int @depricated }", "did you mean `@deprecated`?"),
        (LINK + "type Query { a: Int @sharable }", "did you mean `@shareable`?"),
        (LINK.replace("@key", "@shareble") + "type Query { a: Int }", "did you mean `@shareable`?"),
        (LINK + ON_TYPE % "skuu", "did you mean `sku`?"),
    ],
)
def test_near_names_are_suggested(sdl: str, meant: str) -> None:
    assert meant in message_of(sdl)


@pytest.mark.parametrize(
    ("sdl", "remedy"),
    [
        ("type Query { a: Int @shareable }", 'import: ["@shareable"]'),
        (LINK + "type Query { a: Int @tag }", "write @federation__tag"),
        (LINK + "type Query { a: Int @cost(weight: 1) }", "v2.9 and later"),
        (LINK.replace("@key", "@cost") + "type Query { a: Int }", "link v2.9 or later"),
        (LINK.replace("@key", "key") + "type Query { a: Int }", "defines @key"),
    ],
)
def test_what_federation_knows_is_pointed_out(sdl: str, remedy: str) -> None:
    assert remedy in message_of(sdl)


def test_far_names_are_not_suggested() -> None:
    assert "did you mean" not in message_of("type Query { a: Xylophone }")
    assert "did you mean" not in message_of(LINK + ON_TYPE % "entirely_else")
