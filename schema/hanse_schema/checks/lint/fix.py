"""Applies the mechanical corrections of lint findings to the SDL as it is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hanse_schema.checks.edits import Lines, TextEdit, apply_text_edits
from hanse_schema.checks.lint.config import LintConfig
from hanse_schema.checks.lint.linter import Linted, lint
from hanse_schema.checks.report import Finding
from hanse_schema.subgraph import SubgraphSource

MAX_PASSES = 20  # one correction may make another possible, such as a type that only a removed type used
_DEFAULT = LintConfig()


@dataclass(frozen=True, slots=True)
class Fixed:
    """The SDL after the corrections, the findings that they corrected, and what is left to do."""

    sdl: str
    corrected: tuple[Finding, ...]
    left: Linted


def fix(source: SubgraphSource, config: LintConfig = _DEFAULT, *, file: str = "") -> Fixed:
    """Correct what is mechanical, in passes, until nothing is left. All other text stays byte for byte.

    A pass after which the SDL would have errors is not applied.
    """
    corrected: list[Finding] = []
    found = lint(source, config, file=file)
    for _ in range(MAX_PASSES):
        chosen, edits = _chosen(source.sdl, found.findings)
        if not chosen:
            break
        next_source = replace(source, sdl=apply_text_edits(source.sdl, edits))
        following = lint(next_source, config, file=file)
        if following.errors:
            break
        source, found = next_source, following
        corrected += chosen
    return Fixed(source.sdl, tuple(corrected), found)


def _chosen(sdl: str, findings: Iterable[Finding]) -> tuple[list[Finding], list[TextEdit]]:
    """The findings to correct in one pass, and their edits: of two that overlap, the first."""
    lines = Lines(sdl)
    patched = [
        (sorted(lines.text_edit(edit) for edit in finding.patch.edits), finding)
        for finding in findings
        if finding.patch is not None
    ]
    chosen: list[Finding] = []
    edits: list[TextEdit] = []
    end = -1
    for changes, finding in sorted(patched, key=lambda one: one[0][0]):
        if changes[0].start >= end:
            chosen.append(finding)
            edits += changes
            end = changes[-1].end
    return chosen, edits
