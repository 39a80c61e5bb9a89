"""Applies the mechanical corrections of lint findings to the SDL as it is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hanse_schema.checks.edits import Lines, TextEdit, apply_text_edits
from hanse_schema.checks.lint.config import LintConfig
from hanse_schema.checks.lint.linter import Linted, lint
from hanse_schema.checks.report import Finding
from hanse_schema.subgraph import SubgraphSource, ingest

MAX_PASSES = 20  # one correction may make another possible, such as a type that only a removed type used
MAX_SINGLE = 100  # corrections that are tried one by one where all of a pass give errors
_DEFAULT = LintConfig()


@dataclass(frozen=True, slots=True)
class Fixed:
    """The SDL after the corrections, the findings that they corrected, and what is left to do."""

    sdl: str
    corrected: tuple[Finding, ...]
    left: Linted


def fix(source: SubgraphSource, config: LintConfig = _DEFAULT, *, file: str = "") -> Fixed:
    """Correct what is mechanical, in passes, until nothing is left. All other text stays byte for byte.

    Corrections after which the SDL would have errors are left out, such as the removal of its only type.
    """
    corrected: list[Finding] = []
    refused: set[str] = set()
    found = lint(source, config, file=file)
    for _ in range(MAX_PASSES):
        possible = _chosen(source.sdl, [one for one in found.findings if one.id not in refused])
        if not possible:
            break
        next_source = _corrected(source, possible)
        following = lint(next_source, config, file=file)
        if following.errors:
            refused |= _harmful(source, possible)
            continue
        source, found = next_source, following
        corrected += [one.finding for one in possible]
    return Fixed(source.sdl, tuple(corrected), found)


@dataclass(frozen=True, slots=True)
class _Correction:
    """A finding and its edits, in order."""

    finding: Finding
    edits: tuple[TextEdit, ...]


def _chosen(sdl: str, findings: Iterable[Finding]) -> list[_Correction]:
    """The corrections of one pass: of two that overlap, the first."""
    lines = Lines(sdl)
    corrections = [
        _Correction(finding, tuple(sorted(lines.text_edit(edit) for edit in finding.patch.edits)))
        for finding in findings
        if finding.patch is not None
    ]
    chosen: list[_Correction] = []
    end = -1
    for one in sorted(corrections, key=lambda one: one.edits[0].start):
        if one.edits[0].start >= end:
            chosen.append(one)
            end = one.edits[-1].end
    return chosen


def _corrected(source: SubgraphSource, corrections: Iterable[_Correction]) -> SubgraphSource:
    return replace(source, sdl=apply_text_edits(source.sdl, [edit for one in corrections for edit in one.edits]))


def _harmful(source: SubgraphSource, corrections: list[_Correction]) -> set[str]:
    """The ids of the findings whose corrections give errors by themselves; of all if none does."""
    harmful = {one.finding.id for one in corrections[:MAX_SINGLE] if ingest(_corrected(source, [one])).schema is None}
    return harmful or {one.finding.id for one in corrections}
