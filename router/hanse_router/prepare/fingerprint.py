"""The fingerprint of an operation: what remains of its document without names that decide nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from graphql import DocumentNode, OperationDefinitionNode, OperationType, Token, TokenKind

_OPERATIONS = frozenset(kind.value for kind in OperationType)
_OPEN = frozenset((TokenKind.PAREN_L, TokenKind.BRACE_L))
_CLOSE = frozenset((TokenKind.PAREN_R, TokenKind.BRACE_R))


def fingerprint(document: DocumentNode, operation: OperationDefinitionNode) -> bytes:
    """Equal for operations that differ only in comments, blanks, the names of operations, and aliases.

    Aliases are numbered in the order of their first use, since equal ones are merged. An alias that is also the name of
    a field stays, because the field can have the same key.
    """
    assert document.loc is not None
    tokens = [token for token in _tokens(document.loc.start_token) if token.kind is not TokenKind.COMMENT]
    aliases = set(_aliases(tokens))
    fields = {
        token.value for index, token in enumerate(tokens) if token.kind is TokenKind.NAME and index not in aliases
    }
    numbers: dict[str | None, int] = {}
    digest = hashlib.sha256(str(document.definitions.index(operation)).encode())
    for index, token in enumerate(tokens):
        text = token.kind.value if token.value is None else f"{token.kind.value} {len(token.value)} {token.value}"
        if index in aliases and token.value not in fields:
            text = f"alias {numbers.setdefault(token.value, len(numbers))}"
        digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.digest()


def _tokens(first: Token) -> Iterator[Token]:
    """The tokens of a document, without the names of operations."""
    token: Token | None = first
    depth = 0
    named = False  # whether the token is the name of an operation
    while token is not None:
        if not (named and token.kind is TokenKind.NAME):
            yield token
        named = depth == 0 and token.kind is TokenKind.NAME and token.value in _OPERATIONS and not named
        depth += (token.kind in _OPEN) - (token.kind in _CLOSE)
        token = token.next


def _aliases(tokens: list[Token]) -> Iterator[int]:
    """The positions of aliases: a name before a colon, not between parentheses."""
    parentheses = 0
    for index, token in enumerate(tokens):
        parentheses += (token.kind is TokenKind.PAREN_L) - (token.kind is TokenKind.PAREN_R)
        if not parentheses and token.kind is TokenKind.NAME and tokens[index + 1].kind is TokenKind.COLON:
            yield index
