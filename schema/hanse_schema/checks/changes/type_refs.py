"""The rules of type references: which values of one are values of the other."""

from __future__ import annotations

from graphql import GraphQLList, GraphQLNonNull, GraphQLType


def same(before: GraphQLType, after: GraphQLType) -> bool:
    """Whether both are the same reference, by name and wrapping."""
    return str(before) == str(after)


def accepts(before: GraphQLType, after: GraphQLType) -> bool:
    """Input position: whether every value and variable of the old type fits the new one.

    The new one may be the old one with fewer non-null marks. A list does not accept variables of its items' type.
    """
    while True:
        if isinstance(after, GraphQLNonNull):
            if not isinstance(before, GraphQLNonNull):
                return False
            before, after = before.of_type, after.of_type
        elif isinstance(before, GraphQLNonNull):
            before = before.of_type
        elif isinstance(before, GraphQLList) and isinstance(after, GraphQLList):
            before, after = before.of_type, after.of_type
        else:
            return same(before, after)


def returns(before: GraphQLType, after: GraphQLType) -> bool:
    """Output position: whether every value of the new type is one of the old type.

    The new one may be the old one with more non-null marks.
    """
    return accepts(after, before)
