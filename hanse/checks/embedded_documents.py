"""GraphQL documents in the code of web clients: the template literals of `graphql` and `gql`.

graphql(`query Names { names }`)          // gql.tada, GraphQL Code Generator
gql`query Names { names ...Parts }`       // graphql-tag; `${PARTS}` is dropped: fragments are found by name
/* GraphQL */ `query Names { names }`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

CODE_SUFFIXES = frozenset({".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs"})
_TAGS = frozenset({"graphql", "gql"})
_COMMENT = re.compile(r"/\*\s*GraphQL\s*\*/")
# A token of JavaScript, as far as needed to tell code from strings and comments. What does not end, ends with the code.
_TOKEN = re.compile(
    r"""
    (?P<comment> //[^\n]* | /\*(?:.*?\*/|.*) )
    | (?P<string> "(?:[^"\\\n]|\\.)*+"? | '(?:[^'\\\n]|\\.)*+'? )
    | `(?P<template> (?:[^`\\]|\\.)*+ )`?
    | (?P<name> [\w$]+ )
    | \S
    """,
    re.DOTALL | re.VERBOSE,
)
_INTERPOLATION = re.compile(r"\$\{[^{}]*+\}")
_ESCAPE = re.compile(r"\\([`$\\])")


def embedded_documents(code: str) -> Iterator[tuple[int, str]]:
    """The documents in code, each with the line where it begins, counted from 1."""
    line, end, tagged = 1, 0, False
    for token in _TOKEN.finditer(code):
        if token["template"] is not None and tagged:
            line += code.count("\n", end, token.start())
            end = token.start()
            yield line, _ESCAPE.sub(r"\1", _INTERPOLATION.sub("", token["template"]))
        tagged = _tags(token, tagged=tagged)


def _tags(token: re.Match[str], *, tagged: bool) -> bool:
    """Whether a template after the token is a document; `tagged` is whether one in its place would be."""
    if token["comment"] is not None:
        return tagged or _COMMENT.fullmatch(token["comment"]) is not None
    return token["name"] in _TAGS or (tagged and token[0] == "(")
