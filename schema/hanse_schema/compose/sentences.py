"""Parts of sentences about subgraphs, for uniform messages."""

from __future__ import annotations

from collections.abc import Iterable

_MAX_NAMED = 8  # in one list; the locations name the rest


def listed(words: Iterable[str], last: str = "and") -> str:
    """Words as a list in a sentence: `a, b and c`; only the first of many."""
    found = list(words)
    if len(found) > _MAX_NAMED:
        return f"{', '.join(found[:_MAX_NAMED])} {last} {len(found) - _MAX_NAMED} more"
    return f" {last} ".join(filter(None, [", ".join(found[:-1]), *found[-1:]]))


def subgraphs(names: Iterable[str]) -> str:
    """The subgraphs with those names: `subgraph "a"`, `subgraphs "a" and "b"`."""
    found = [f'"{name}"' for name in dict.fromkeys(names)]
    return f"subgraph{'s' if len(found) != 1 else ''} {listed(found)}"


def by_value(pairs: Iterable[tuple[str, str]]) -> str:
    """Which subgraphs have which value, from pairs of subgraph name and value.

    `Int` in subgraph "a" and `Int!` in subgraphs "b" and "c"
    """
    groups: dict[str, list[str]] = {}
    for subgraph, value in pairs:
        groups.setdefault(value, []).append(subgraph)
    return listed(f"`{value}` in {subgraphs(names)}" for value, names in groups.items())
