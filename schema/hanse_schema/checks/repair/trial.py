"""Tries patches by composition, within a budget."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from hanse_schema.checks.edits import apply_edits
from hanse_schema.checks.report import Edit
from hanse_schema.compose import Composition, IngestCache, SubgraphSource, compose
from hanse_schema.diagnostics import Diagnostic

MAX_TRIALS = 200  # compositions for the repairs of one composition
MAX_CHARACTERS = 3_000_000  # of SDL composed for them together: some seconds
MIN_TRIALS = 3

_Key = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is left after a patch that works: the errors of later stages that it reveals."""

    reveals: tuple[Diagnostic, ...] = ()


class Trial:
    """Tries patches of the subgraphs of one failed composition."""

    def __init__(self, sources: Sequence[SubgraphSource], composition: Composition) -> None:
        self._sources = sources
        self._cache = IngestCache()
        self._before = _counted(composition.errors)
        self._messages = Counter(map(_with_message, composition.errors))
        self._stage = composition.stage
        size = sum(len(source.sdl) for source in sources)
        self.left = max(MIN_TRIALS, min(MAX_TRIALS, MAX_CHARACTERS // max(1, size)))

    def run(self, diagnostics: Sequence[Diagnostic], edits: Sequence[Edit]) -> Outcome | None:
        """The outcome of a patch for some errors; None if one stays, if there is another one, or without budget.

        Errors of a later stage are not the patch's own, unless they are about lines that it changes.
        """
        if not edits or self.left <= 0:
            return None
        patched = apply(self._sources, edits)
        if patched is None:
            return None
        self.left -= 1
        after = compose(patched, self._cache)
        if after.supergraph is not None:
            return Outcome()
        if after.stage > self._stage:
            touched = _touched_lines(edits)
            own = any(
                location.line in touched.get(location.subgraph, ())
                for error in after.errors
                for location in error.locations
            )
            return None if own else Outcome(after.errors)
        if after.stage < self._stage or _counted(after.errors) - self._before:
            return None
        return Outcome() if self._are_gone(diagnostics, after.errors) else None

    def _are_gone(self, diagnostics: Sequence[Diagnostic], errors: Sequence[Diagnostic]) -> bool:
        keys, texts = _counted(diagnostics), Counter(map(_with_message, diagnostics))
        keys_after, texts_after = _counted(errors), Counter(map(_with_message, errors))
        fewer = all(keys_after[key] <= self._before[key] - count for key, count in keys.items())
        return fewer and all(texts_after[text] <= self._messages[text] - count for text, count in texts.items())


def apply(sources: Sequence[SubgraphSource], edits: Iterable[Edit]) -> list[SubgraphSource] | None:
    """The subgraphs after edits whose `file` is a subgraph's name; None when two overlap."""
    by_subgraph: dict[str, list[Edit]] = {}
    for one in edits:
        by_subgraph.setdefault(one.file, []).append(one)
    try:
        return [replace(source, sdl=apply_edits(source.sdl, by_subgraph.get(source.name, ()))) for source in sources]
    except ValueError:
        return None


def _counted(errors: Iterable[Diagnostic]) -> Counter[_Key]:
    return Counter(map(_key, errors))


def _key(diagnostic: Diagnostic) -> _Key:
    """What tells errors apart before and after a patch. Messages and lines may change with it."""
    return diagnostic.code, diagnostic.coordinate


def _with_message(diagnostic: Diagnostic) -> tuple[str, str | None, str]:
    return diagnostic.code, diagnostic.coordinate, diagnostic.message


def _touched_lines(edits: Iterable[Edit]) -> Mapping[str, set[int]]:
    """The lines of the patched subgraphs that the edits write on."""
    touched: dict[str, set[int]] = {}
    shifted: dict[str, int] = {}
    for one in sorted(set(edits), key=lambda one: (one.file, one.start, one.end)):
        shift = shifted.get(one.file, 0)
        added = one.text.count("\n")
        first = one.start[0] + shift
        touched.setdefault(one.file, set()).update(range(first, first + added + 1))
        shifted[one.file] = shift + added - (one.end[0] - one.start[0])
    return touched
