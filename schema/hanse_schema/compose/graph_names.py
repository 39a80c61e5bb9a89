"""The `join__Graph` enum values of subgraphs.

Spec: https://specs.apollo.dev/join/v0.5, "Sanitizing the subgraph names".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_NOT_IN_NAMES = re.compile(r"[^_A-Za-z0-9]")
_NUMBERED = re.compile(r"_\d+$")


def graph_names(subgraphs: Iterable[str]) -> dict[str, str]:
    """The enum value of each subgraph name, in the given order. Names that collide are numbered.

    A name that ends in `_` and digits gets a trailing `_`, so that it cannot collide with a numbered one.
    """
    sanitised = {name: _sanitise(name) for name in subgraphs}
    shared = {value for value, count in Counter(sanitised.values()).items() if count > 1}
    numbers: Counter[str] = Counter()
    values = {}
    for name, value in sanitised.items():
        if value in shared:
            numbers[value] += 1
            value = f"{value}_{numbers[value]}"
        values[name] = value
    return values


def _sanitise(name: str) -> str:
    value = _NOT_IN_NAMES.sub("_", name).upper()
    if value[:1].isdigit():
        value = f"_{value}"
    return f"{value}_" if _NUMBERED.search(value) else value
