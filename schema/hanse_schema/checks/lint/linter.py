"""Runs the lint rules on one subgraph's SDL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hanse_schema.checks.edits import Lines
from hanse_schema.checks.lint.config import BY_CODE, LintConfig
from hanse_schema.checks.lint.rule import Problem, Rule
from hanse_schema.checks.lint.rules import RULES
from hanse_schema.checks.lint.rules.suppression_invalid import RULE as SUPPRESSION_INVALID
from hanse_schema.checks.lint.rules.suppression_invalid import invalid_suppressions
from hanse_schema.checks.lint.rules.suppression_unused import RULE as SUPPRESSION_UNUSED
from hanse_schema.checks.lint.rules.suppression_unused import unused_suppressions
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.lint.suppressions import Suppressions, read_suppressions
from hanse_schema.checks.report import CheckName, FileLocation, Finding, Patch
from hanse_schema.diagnostics import Diagnostic
from hanse_schema.subgraph import SubgraphSource, ingest
from hanse_schema.subgraph.parse import parse_sdl
from hanse_schema.subgraph.report import Report

_DEFAULT = LintConfig()


@dataclass(frozen=True, slots=True)
class Linted:
    """The findings in one subgraph's SDL, in the order of the SDL; none if the SDL has errors."""

    findings: tuple[Finding, ...] = ()
    errors: tuple[Diagnostic, ...] = ()


def lint_subgraph(source: SubgraphSource, config: LintConfig = _DEFAULT, *, file: str = "") -> list[Finding]:
    """The findings of all rules in a subgraph's SDL, for a check that composes too: none if the SDL has errors."""
    return list(lint(source, config, file=file).findings)


def lint(source: SubgraphSource, config: LintConfig = _DEFAULT, *, file: str = "") -> Linted:
    """Lint a subgraph's SDL. `file` is the name shown in locations; by default the subgraph's."""
    document = parse_sdl(source, Report(source.name))
    ingested = ingest(source)
    if document is None or ingested.schema is None:
        return Linted(errors=ingested.diagnostics)
    subject = LintSubject(source.sdl, document, ingested.schema)
    run = _Run(subject, config, file or source.name, Lines(source.sdl), read_suppressions(subject, BY_CODE))
    return Linted(tuple(sorted(run.findings(), key=_order)))


@dataclass(frozen=True, slots=True)
class _Run:
    """The linting of one subgraph."""

    subject: LintSubject
    config: LintConfig
    file: str
    lines: Lines
    suppressions: Suppressions

    def findings(self) -> Iterator[Finding]:
        for rule in RULES:
            if self.config.is_on(rule):
                for problem in rule.check(self.subject, self.config.options(rule)):
                    yield from self._finding(rule, problem)
        for problem in invalid_suppressions(self.suppressions):
            yield from self._finding(SUPPRESSION_INVALID, problem)
        for problem in unused_suppressions(self.subject, self.suppressions):
            yield from self._finding(SUPPRESSION_UNUSED, problem)

    def _finding(self, rule: Rule[Any], problem: Problem) -> Iterator[Finding]:
        level = self.config.level(rule, self.subject.schema.name, problem.coordinate)
        if level is None or self._is_suppressed(rule, problem):
            return
        yield Finding(
            CheckName.LINT,
            level,
            rule.code,
            problem.message,
            coordinate=problem.coordinate or None,
            subject=" ".join(filter(None, (self.subject.schema.name, problem.subject))),
            locations=(self._location(problem),),
            patch=self._patch(rule, problem),
        )

    def _is_suppressed(self, rule: Rule[Any], problem: Problem) -> bool:
        return self.suppressions.covers(rule.code, self.suppressions.elements.chain(problem.element))

    def _location(self, problem: Problem) -> FileLocation:
        token = problem.token
        return FileLocation(self.file) if token is None else FileLocation(self.file, token.line, token.column)

    def _patch(self, rule: Rule[Any], problem: Problem) -> Patch | None:
        if not problem.edits:
            return None
        return Patch(rule.fixes, tuple(self.lines.located(self.file, edit) for edit in problem.edits))


def _order(finding: Finding) -> tuple[int, int, str]:
    place = finding.locations[0]
    return place.line, place.column, finding.code
