"""Names of the planner's own variables, which no variable of the client has."""

from __future__ import annotations

from collections.abc import Iterable

CONTEXT = "context_"
REPRESENTATIONS = "representations"


def unused_stem(stem: str, variables: Iterable[str]) -> str:
    """The beginning of names: the stem, after more underscores than any variable has before that stem."""
    taken = [len(name) - len(bare) for name in variables if (bare := name.lstrip("_")).startswith(stem)]
    return "_" * (max(taken) + 1) + stem if taken else stem
