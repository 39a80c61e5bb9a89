"""Access requirements: which callers a requirement admits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hanse_schema.supergraph.model import AppliedDirective

_Alternatives = list[frozenset[str]]


def admits(old: Sequence[AppliedDirective], new: Sequence[AppliedDirective]) -> bool:
    """Whether every caller that fulfills the old applications of a directive fulfills the new ones.

    The scopes or policies of a directive are alternatives, each a set of names that a caller needs together.
    """
    held = [_alternatives(application) for application in old]
    return all(any(_implies(alternatives, _alternatives(one)) for alternatives in held) for one in new)


def _implies(old: _Alternatives, new: _Alternatives) -> bool:
    return all(any(needed <= held for needed in new) for held in old)


def _alternatives(application: AppliedDirective) -> _Alternatives:
    """The sets of names, any of which fulfills the application; one empty set for a directive without names."""
    values: list[list[Any]] = next(iter(application.values().values()), [[]])
    return [frozenset(map(str, names)) for names in values]
