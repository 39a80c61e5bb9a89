"""Fields of one response key that cannot be merged: the same verdicts as graphql-core, in linear time."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from graphql import DocumentNode, OverlappingFieldsCanBeMergedRule, build_schema, parse, validate

from hanse_router.prepare.overlap import TooManyComparisonsError, overlap_errors
from tests.router.planner.test_bounds import calls_of

SCHEMA = build_schema("""
type Query { pets: [Pet] dog: Dog cat: Cat self: Query any: Any n(a: Int, b: In): Int }
input In { x: Int y: Int }
interface Pet { name(short: Boolean): String friend: Pet age: Int }
type Dog implements Pet { name(short: Boolean): String friend: Pet age: Int bark: Int! puppies: [Dog] size: Int }
type Cat implements Pet { name(short: Boolean): String friend: Pet age: Int meow: String puppies: [Cat!] size: String }
union Any = Dog | Cat
""")


def ours(document: DocumentNode, max_steps: int = 100_000) -> list[str]:
    return [error.message for error in overlap_errors(document, SCHEMA, max_errors=20, max_steps=max_steps)]


def theirs(document: DocumentNode) -> list[str]:
    return [error.message for error in validate(SCHEMA, document, [OverlappingFieldsCanBeMergedRule])]


@pytest.mark.parametrize(
    "text",
    [
        "{ pets { name name } }",
        "{ pets { a: name a: age } }",
        "{ pets { name(short: true) name } }",
        "{ n(a: 1, b: {x: 1, y: 2}) n(b: {y: 2, x: 1}, a: 1) }",
        "{ n(a: 1) n(a: 2) }",
        "{ pets { ... on Dog { a: bark } ... on Cat { a: meow } } }",
        "{ pets { ... on Dog { a: age } ... on Cat { a: name } } }",
        "{ pets { ... on Dog { a: name } ... on Cat { a: meow } } }",
        "{ pets { a: name ... on Dog { a: age } } }",
        "{ any { ... on Dog { puppies { name } } ... on Cat { puppies { name } } } }",
        "{ any { ... on Dog { size } ... on Cat { size } } }",
        "{ dog { friend { x: name } } dog { friend { x: age } } }",
        "{ dog { friend { x: name } } ...F } fragment F on Query { dog { friend { x: age } } }",
        "{ ...F ...G } fragment F on Query { self { a: dog { age } } } fragment G on Query { self { a: cat { age } } }",
        "{ __typename a: __typename a: dog { name } }",
        "{ pets { a: __typename ... on Dog { a: name } } }",
        "query A { x: dog { name } } query B { x: cat { name } }",
    ],
)
def test_the_same_verdict_and_message(text: str) -> None:
    document = parse(text)
    assert ours(document)[:1] == theirs(document)[:1]


class Documents:
    """Random documents in which response keys collide."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def document(self) -> DocumentNode:
        fragments = " ".join(
            f"fragment {name} on {type_} {{ {self._selections(type_, 2, [])} }}"
            for name, type_ in (("FQ", "Query"), ("FP", "Pet"), ("FD", "Dog"))
        )
        body = self._selections("Query", 2, ["FQ", "FP", "FD"])
        return parse(f"{{ {body} ...FQ pets {{ ...FP }} dog {{ ...FD }} }} {fragments}")

    def _selections(self, type_: str, depth: int, fragments: list[str]) -> str:
        return " ".join(self._selection(type_, depth, fragments) for _ in range(self._random.randint(1, 4)))

    def _selection(self, type_: str, depth: int, fragments: list[str]) -> str:
        chance = self._random.random()
        narrower = {"Pet": ("Dog", "Cat", "Pet"), "Any": ("Dog", "Cat"), "Dog": ("Dog", "Pet"), "Cat": ("Cat", "Pet")}
        if chance < 0.25 and depth and type_ in narrower:
            on = self._random.choice(narrower[type_])
            return f"... on {on} {{ {self._selections(on, depth - 1, fragments)} }}"
        spreads = [f for f in fragments if f == {"Query": "FQ", "Pet": "FP", "Dog": "FD"}.get(type_)]
        if chance < 0.35 and spreads:
            return f"...{spreads[0]}"
        return self._field(type_, depth, fragments)

    def _field(self, type_: str, depth: int, fragments: list[str]) -> str:
        leaves = {"Query": ["n", "n(a: 1)"], "Any": [], "Pet": ["name", "name(short: true)", "age"]}
        leaves["Dog"], leaves["Cat"] = [*leaves["Pet"], "bark", "size"], [*leaves["Pet"], "meow", "size"]
        objects = {
            "Query": {"pets": "Pet", "dog": "Dog", "cat": "Cat", "any": "Any"},
            "Pet": {"friend": "Pet"},
            "Any": {},
        }
        objects["Dog"], objects["Cat"] = {"friend": "Pet", "puppies": "Dog"}, {"friend": "Pet", "puppies": "Cat"}
        alias = self._random.choice(["", "", "", "", "", "a: "])
        names = [*leaves[type_], "__typename", *(objects[type_] if depth else ())]
        name = self._random.choice(names)
        below = objects[type_].get(name)
        return f"{alias}{name}" + (f" {{ {self._selections(below, depth - 1, fragments)} }}" if below else "")


def test_random_documents_have_the_same_verdict() -> None:
    verdicts = {True: 0, False: 0}
    for seed in range(400):
        document = Documents(seed).document()
        expected = bool(theirs(document))
        verdicts[expected] += 1
        assert bool(ours(document)) == expected, seed
    assert min(verdicts.values()) > 30


# -- work --------------------------------------------------------------------------------------------------------------


def side_by_side(count: int) -> Iterator[str]:
    yield "{ dog { " + "name " * count + "} }"
    yield "{ dog { " + " ".join(f"a{n}: name" for n in range(count)) + " } }"
    yield "{ " + "dog { name age } " * count + "}"
    yield "{ " + " ".join(f"n(a: {n})" for n in range(count)) + " }"
    yield (
        "{ dog { "
        + " ".join(f"...F{n}" for n in range(count))
        + " } } "
        + " ".join(f"fragment F{n} on Dog {{ name age }}" for n in range(count))
    )
    chain = [f"fragment F{n} on Dog {{ name puppies {{ ...F{n + 1} }} }}" for n in range(count // 10)]
    yield f"{{ dog {{ ...F0 }} }} {' '.join(chain)} fragment F{count // 10} on Dog {{ name }}"


@pytest.mark.parametrize("number", range(6))
def test_ten_times_the_fields_take_no_more_than_fifteen_times_the_work(number: int) -> None:
    def work(count: int) -> int:
        document = parse(list(side_by_side(count))[number])
        return calls_of(lambda: ours(document))

    assert work(600) < 15 * max(work(60), 100)


def test_fragments_that_double_are_compared_once() -> None:
    def work(levels: int) -> int:
        fragments = " ".join(
            f"fragment F{n} on Dog {{ a: puppies {{ ...F{n + 1} }} b: puppies {{ ...F{n + 1} }} }}"
            for n in range(levels)
        )
        document = parse(f"{{ dog {{ ...F0 }} }} {fragments} fragment F{levels} on Dog {{ name }}")
        return calls_of(lambda: ours(document))

    assert work(20) < 3 * work(10)


def test_what_multiplies_by_type_at_each_level_is_stopped() -> None:
    text = "name"
    for depth in range(16):
        chain = "friend { " * depth + "name" + " }" * depth
        by_type = f"... on Dog {{ friend {{ {chain} }} }} ... on Cat {{ friend {{ {chain} }} }}"
        text = f"friend {{ {text} }} {by_type}"
    with pytest.raises(TooManyComparisonsError):
        ours(parse(f"{{ pets {{ {text} }} }}"), max_steps=20_000)
