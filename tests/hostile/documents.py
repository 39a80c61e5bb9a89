"""Hostile documents over the platform's own schema."""

from __future__ import annotations


def doubling(levels: int, name: str = "Q") -> str:
    """Fragments that spread the next one four times each, over fields of several subgraphs."""
    fragments = []
    for level in range(1, levels + 1):
        below = f"...F{level + 1}" if level < levels else "username"
        fragments.append(
            f"fragment F{level} on User {{ username"
            f" a{level}: products(first: 2) {{ nodes {{ seller {{ {below} }} }} }}"
            f" b{level}: products(first: 3) {{ nodes {{ seller {{ {below} }} }} }}"
            f" tasks(first: 2) {{ nodes {{ owner {{ {below} }} assignee {{ {below} }} }} }} }}"
        )
    return f"query {name} {{ me {{ ...F1 }} }} {' '.join(fragments)}"
