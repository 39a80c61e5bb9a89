"""`hanse schema lint`: the findings in files of SDL, and their correction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hanse.checks.settings import lint_config
from hanse.project import Project, find_project_if_any
from hanse.whole_file import write_whole
from hanse_schema.checks.lint import RULES, Linted, fix, lint
from hanse_schema.checks.report import CheckName, CheckReport, FileLocation, Finding, Level, report_of
from hanse_schema.diagnostics import Diagnostic
from hanse_schema.subgraph.model import SubgraphSource
from hanse_wire.command_line import CommandError, CommandUsageError

NOT_SUBGRAPHS = ("api.graphql", "supergraph.graphql")  # in the folder of published schemas


@dataclass(frozen=True, slots=True, kw_only=True)
class LintOptions:
    """What to lint: files, the published schemas of the project if none. `subgraph` names the one file's subgraph."""

    files: tuple[Path, ...] = ()
    subgraph: str | None = None
    config: Path | None = None
    fix: bool = False


@dataclass(frozen=True, slots=True)
class LintRun:
    """The report of what is left to do, and the number of corrections by file."""

    report: CheckReport
    corrected: dict[str, int]


def lint_files(options: LintOptions) -> LintRun:
    """Lint files, each the whole SDL of a subgraph. With `fix`, corrected files are written.

    Raises CommandError when a file or the configuration cannot be read.
    """
    project = find_project_if_any()
    config = lint_config(project, options.config)
    sources = {str(file): _source(file, options.subgraph) for file in _files(options, project)}
    results: dict[str, Linted] = {}
    corrected: dict[str, int] = {}
    for file, source in sources.items():
        if options.fix:
            fixed = fix(source, config, file=file)
            results[file] = fixed.left
            if fixed.corrected:
                _write(Path(file), fixed.sdl)
                corrected[file] = len(fixed.corrected)
        else:
            results[file] = lint(source, config, file=file)
    return LintRun(_report([source.name for source in sources.values()], results), corrected)


def explanation(code: str) -> str:
    """What a rule is for. Raises CommandUsageError when there is no such rule."""
    rule = next((one for one in RULES if one.code == code), None)
    if rule is None:
        raise CommandUsageError(f"there is no rule {code}; docs/reference/lint-rules.md lists them")
    level = "off" if rule.level is None else rule.level.value
    fixes = f"\nFix: {rule.fixes}" if rule.fixes else ""
    return f"{rule.code} ({rule.category.value}, {level} by default): {rule.summary}\n{rule.explanation}{fixes}"


def fails(report: CheckReport, lowest: Level) -> bool:
    """Whether a report has a finding of the level or above."""
    levels = list(Level)
    return any(levels.index(finding.level) <= levels.index(lowest) for finding in report.findings)


def _files(options: LintOptions, project: Project | None) -> Sequence[Path]:
    if options.subgraph is not None and len(options.files) != 1:
        raise CommandUsageError("--subgraph names the subgraph of one file: give one FILE")
    if options.files:
        return options.files
    if options.fix:
        raise CommandUsageError("--fix changes files that people write: give each FILE")
    folder = None if project is None else project.published
    found = [] if folder is None else sorted(one for one in folder.glob("*.graphql") if one.name not in NOT_SUBGRAPHS)
    if not found:
        raise CommandUsageError("there is nothing to lint: give each FILE, or run it in a project")
    here = Path.cwd()
    return [path.relative_to(here) if path.is_relative_to(here) else path for path in found]


def _source(file: Path, subgraph: str | None) -> SubgraphSource:
    """The SDL with its line ends as they are."""
    try:
        return SubgraphSource(subgraph or file.stem, file.read_bytes().decode("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise CommandError(f"cannot read {file}: {reason}") from error


def _write(file: Path, sdl: str) -> None:
    try:
        write_whole(file, sdl)
    except OSError as error:
        raise CommandError(f"cannot write {file}: {error.strerror}") from error


def _report(subgraphs: Iterable[str], results: dict[str, Linted]) -> CheckReport:
    findings = [one for linted in results.values() for one in linted.findings]
    errors = [_finding(file, error) for file, linted in results.items() for error in linted.errors]
    report = report_of(dict.fromkeys(subgraphs), [*errors, *findings])
    return replace(report, readable=not errors)


def _finding(file: str, diagnostic: Diagnostic) -> Finding:
    places = tuple(FileLocation(file, place.line, place.column) for place in diagnostic.locations)
    return Finding(
        CheckName.LINT,
        Level.ERROR,
        diagnostic.code,
        diagnostic.message,
        coordinate=diagnostic.coordinate,
        subject=diagnostic.message,
        locations=places or (FileLocation(file),),
    )


def lines(report: CheckReport) -> Iterator[str]:
    """The report as lines that editors understand: `FILE:LINE:COLUMN: LEVEL CODE: MESSAGE`."""
    for finding in sorted(report.findings, key=_place):
        place = finding.locations[0]
        fixable = " [--fix]" if finding.patch is not None else ""
        yield f"{place}: {finding.level.value} {finding.code}: {finding.message}{fixable}"


def _place(finding: Finding) -> tuple[str, int, int, str]:
    place = finding.locations[0]
    return place.file, place.line, place.column, finding.code
