"""The tokens of a parsed GraphQL document, which nothing needs after parsing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphql import DocumentNode  # the modules of this package import it for nothing else


def unlink_tokens(document: DocumentNode) -> int:
    """Unlink the tokens of a document from each other, and count them.

    They are linked in both directions: a document would keep all of them, and wait for a collection of garbage, which
    stops the event loop.
    """
    count = 0
    token = document.loc.start_token if document.loc is not None else None
    while token is not None:
        count += 1
        following = token.next
        token.prev = token.next = None
        token = following
    return count
