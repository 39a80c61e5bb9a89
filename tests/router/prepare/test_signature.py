"""Signatures of operations: no literals, equal for equal operations, valid over the same schema."""

from __future__ import annotations

import random
import re

import pytest
from graphql import GraphQLSchema, Lexer, OperationDefinitionNode, Source, TokenKind, build_schema, parse, validate

from hanse_router.prepare.signature import OperationSignature, signature_of
from hanse_schema.compose import compose
from hanse_schema.supergraph import api_schema
from tests.router.planner.test_bounds import calls_of
from tests.router.property.graphs import random_subgraphs
from tests.router.property.operations import OperationMaker

SCHEMA = build_schema("""
directive @tag(name: String, level: Level)
  on QUERY | FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT | VARIABLE_DEFINITION
type Query {
  user(id: ID!, deep: Boolean = false, where: Where, first: Int, rate: Float, any: Any, tags: [[String!]]): User
  me: User
  level(of: Level): Level
  _1: Int
}
type Mutation { set(where: [Where!]!): Int }
type User implements Named { id: ID! name(length: Int = 3): String friends(first: Int): [User!]! best: Named }
interface Named { name(length: Int = 3): String }
input Where { name: String min: Int level: Level any: Any also: [Where!] }
enum Level { LOW HIGH }
scalar Any
""")


def signature(text: str, schema: GraphQLSchema = SCHEMA) -> OperationSignature:
    document = parse(text)
    assert not validate(schema, document)
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    return signature_of(document, operations[0], schema)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ me { id } }", "query { me { id } }"),
        ("query Q { me { id } }", "query Q { me { id } }"),
        ('{ user(id: "secret") { id } }', 'query { user(id: "") { id } }'),
        ("{ user(id: 42, first: 7, rate: 3) { id } }", 'query { user(id: "", first: 0, rate: 0) { id } }'),
        ('{ user(id: """b""", rate: 1.5) { id } }', 'query { user(id: "", rate: 0) { id } }'),
        ("{ user(id: 1, deep: true) { id } }", 'query { user(id: "", deep: true) { id } }'),
        ("{ level(of: HIGH) }", "query { level(of: HIGH) }"),
        (
            '{ user(id: 1, where: {name: "x", min: 3, level: LOW, also: [{min: 1}, {min: 2}, {name: null}]}) { id } }',
            'query { user(id: "", where: {name: "", min: 0, level: LOW, also: [{min: 0}, {name: null}]}) { id } }',
        ),
        ('{ user(id: 1, where: {also: {min: 5}}) { id } }', 'query { user(id: "", where: {also: [{min: 0}]}) { id } }'),
        ('{ user(id: 1, any: {ssn_123: [1, yes, {a: "b"}]}) { id } }', 'query { user(id: "", any: "") { id } }'),
        (
            "query ($a: Any, $b: Any) { user(id: 1, any: {x: $a, y: [$b, 3, $a]}) { id } }",
            'query($a: Any, $b: Any) { user(id: "", any: [$a, $b]) { id } }',
        ),
        (
            '{ user(id: 1, tags: [["a", "b"], ["c"], null]) { id } }',
            'query { user(id: "", tags: [[""], null]) { id } }',
        ),
        (
            'query ($id: ID! = "7" @tag(name: "x")) { user(id: $id) { id } }',
            'query($id: ID! = "" @tag(name: "")) { user(id: $id) { id } }',
        ),
        ("{ x: me { me: id } a: me { id: id } x: me { id } }",
         "query { _1: me { _2: id } _3: me { id } _1: me { id } }"),
        ("{ _1 x: me { id } }", "query { _1 _2: me { id } }"),  # a field of the schema
        (
            'query A { me { ...B @tag(level: LOW) ...A } } fragment A on User { id ...B } fragment B on Named { name } '
            "query C { me { id } }",
            "query A { me { ...F1 @tag(level: LOW) ...F2 } } fragment F1 on Named { name } "
            "fragment F2 on User { id ...F1 }",
        ),
        ("{ me { ... on Named { name } ... @skip(if: true) { id } } }",
         "query { me { ... on Named { name } ... @skip(if: true) { id } } }"),
        ('{ __type(name: "User") { fields(includeDeprecated: true) { name } } __typename }',
         'query { __type(name: "") { fields(includeDeprecated: true) { name } } __typename }'),
        ("mutation M { set(where: [{min: 1}, {min: 2}]) }", "mutation M { set(where: [{min: 0}]) }"),
        (
            'query @tag(name: "s") { me { friends(first: 3) { id } } }',
            'query @tag(name: "") { me { friends(first: 0) { id } } }',
        ),
    ],
)  # fmt: skip
def test_what_remains(text: str, expected: str) -> None:
    found = signature(text)
    assert found.text == expected
    assert len(found.hash) == 64


def test_equal_operations_have_one_signature() -> None:
    one = signature("query Q { a: user(id: 1) { ...X } } fragment X on User { id }")
    for text in (
        'query Q { b: user(id: "2") { ...Y } } fragment Y on User { id }',
        "# a comment\nquery Q {\n  c: user(id: 33) { ...Z } }\nfragment Z on User { id }",
    ):
        assert signature(text).hash == one.hash
    assert signature("query Q { a: user(id: 1) { id } }").hash != one.hash


def literals(text: str) -> list[str]:
    """The numbers and strings in a text."""
    lexer, found = Lexer(Source(text)), []
    while (token := lexer.advance()).kind is not TokenKind.EOF:
        if token.kind in (TokenKind.INT, TokenKind.FLOAT, TokenKind.STRING, TokenKind.BLOCK_STRING):
            found.append(token.value or "")
    return found


def test_random_operations_stay_valid_and_have_no_literals() -> None:
    checked = 0
    for seed in range(50):
        supergraph = compose(random_subgraphs(seed)).supergraph
        if supergraph is None:
            continue
        schema = api_schema(supergraph)
        for number in range(10):
            text = OperationMaker(schema, random.Random(f"{seed}/{number}")).make()
            if validate(schema, parse(text)):
                continue
            found = signature(text, schema)  # below: valid, or the next line fails
            assert signature(found.text, schema).hash == found.hash, text
            assert set(literals(found.text)) <= {"0", ""}
            checked += 1
    assert checked > 100


@pytest.mark.parametrize(
    "make",
    [
        lambda n: "{ " + " ".join(f"a{i}: user(id: {i}) {{ id }}" for i in range(n)) + " }",
        lambda n: "{ me { ...F0 } } " + " ".join(
            f"fragment F{i} on User {{ id ...F{i + 1} }}" for i in range(n)) + f" fragment F{n} on User {{ id }}",
        lambda n: "{ me { " + " ".join(f"...F{i}" for i in range(n)) + " } } " + " ".join(
            f"fragment F{i} on User {{ id }}" for i in range(n)),
        lambda n: "{ user(id: 1, tags: [[" + ", ".join(f'"{i}"' for i in range(n)) + "]]) { id } }",
        lambda n: "{ user(id: 1, any: [" + ", ".join(f"{{a{i}: {i}}}" for i in range(n)) + "]) { id } }",
    ],
    ids=["aliases", "a chain of fragments", "fragments", "a list", "a custom scalar"],
)  # fmt: skip
def test_ten_times_the_document_takes_at_most_fifteen_times_the_work(make: object) -> None:
    assert callable(make)

    def work(size: int) -> int:
        document = parse(make(size))
        (operation, *_) = document.definitions
        assert isinstance(operation, OperationDefinitionNode)
        return calls_of(lambda: signature_of(document, operation, SCHEMA))

    assert work(1_000) <= 15 * work(100)
    assert re.fullmatch(r"[\x20-\x7e]+", signature("{ me { id } }").text)
