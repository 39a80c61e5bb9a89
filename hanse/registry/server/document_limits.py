"""Limits of a document, checked before anything visits it. They leave room for the introspection of GraphiQL."""

from __future__ import annotations

from graphql import GraphQLError, parse

from hanse_router.errors import LimitExceeded
from hanse_router.prepare.limits import check_limits
from hanse_router.settings import LimitSettings

MAX_TOKENS = 2_000
LIMITS = LimitSettings(
    max_operations=20, max_depth=20, max_aliases=20, max_fields=500, max_directives=50, max_root_fields=20
)


def is_too_large(query: str) -> bool:
    """Whether a document is above a limit. One that is none, or has too many tokens, is left to its execution."""
    try:
        check_limits(parse(query, no_location=True, max_tokens=MAX_TOKENS), LIMITS)
    except (LimitExceeded, RecursionError):
        return True
    except GraphQLError:
        return False
    return False
