"""Type references as GraphQL text: `[Product!]!`. Cheap to store, compare and print."""

from __future__ import annotations


def named_type(ref: str) -> str:
    """The name inside all wrappers: `[Product!]!` gives `Product`."""
    return ref.strip("[]!")


def is_non_null(ref: str) -> bool:
    """Whether the outermost wrapper is non-null."""
    return ref.endswith("!")


def nullable(ref: str) -> str:
    """The reference without its outermost non-null: `[Product!]!` gives `[Product!]`."""
    return ref[:-1] if ref.endswith("!") else ref


def is_list(ref: str) -> bool:
    """Whether the reference is a list, non-null or not."""
    return ref.startswith("[")


def item_of(ref: str) -> str:
    """The reference of a list's items: `[Product!]!` gives `Product!`. Only for lists."""
    return nullable(ref)[1:-1]


def list_depth(ref: str) -> int:
    """How many lists are wrapped around the name."""
    return ref.count("[")
