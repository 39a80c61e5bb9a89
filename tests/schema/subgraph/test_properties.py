"""Whatever the SDL, ingest answers: with a schema or with errors that have a place, never with an exception."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from hanse_schema.subgraph import SubgraphSource, ingest_all
from tests.schema.subgraph.case_files import all_cases

SDLS = [source.sdl for case in all_cases().values() for source in case.sources]
TOKENS = [
    *"{}()[]:!@=|&$\"'#\\",
    '"""',
    "...",
    "\0",
    "null",
    "true",
    "-1",
    "1e400",
    "id",
    "T",
    "Query",
    "extend",
    "type",
]


def mangled(sdl: str, seed: int) -> str:
    """The SDL with a few of its words dropped, doubled, swapped or replaced."""
    chance = random.Random(seed)
    words = sdl.split(" ")
    for _ in range(chance.randint(1, 4)):
        at, other = chance.randrange(len(words)), chance.randrange(len(words))
        match chance.randrange(4):
            case 0:
                words[at] = ""
            case 1:
                words[at] *= 2
            case 2:
                words[at], words[other] = words[other], words[at]
            case _:
                words[at] = chance.choice(TOKENS)
    return " ".join(words)


@settings(max_examples=300, deadline=None)
@given(sdl=st.sampled_from(SDLS), other=st.sampled_from(SDLS), seed=st.integers(0, 2**32))
def test_mangled_schemas(sdl: str, other: str, seed: int) -> None:
    for one in ingest_all([SubgraphSource("a", mangled(sdl, seed)), SubgraphSource("b", other)]):
        assert (one.schema is None) == bool(one.diagnostics)
        assert all(diagnostic.locations and diagnostic.message for diagnostic in one.diagnostics)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_text(sdl: str) -> None:
    ingest_all([SubgraphSource("a", sdl)])


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40))
def test_any_text_as_a_field_set(fields: str) -> None:
    quoted = fields.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    sdl = (
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n'
        f'type Query {{ t: T }} type T @key(fields: "{quoted}") {{ id: ID t: T }}'
    )
    ingest_all([SubgraphSource("a", sdl)])
