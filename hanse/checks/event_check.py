"""`hanse schema events check`, from its options to the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hanse.checks.event_files import EventFiles, read_events, versions
from hanse.checks.settings import event_rules
from hanse.project import Project, find_project_if_any
from hanse_schema.checks.event_schemas import Compatibility, EventRules, EventUse, Policy, check_events
from hanse_schema.checks.event_schemas.documents import Schema
from hanse_schema.checks.report import CheckName, CheckReport, Finding, SkippedCheck, report_of
from hanse_wire.command_line import CommandError, CommandUsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class EventOptions:
    """What to compare: a folder of schemas, the project's by default, with a git commit or another folder."""

    against: str
    folder: Path | None = None
    compatibility: Compatibility | None = None
    policy: Policy | None = None


@dataclass(frozen=True, slots=True)
class CheckedEvents:
    """The findings on the schemas of events, why they are not compared, if so, and who uses each event."""

    findings: tuple[Finding, ...] = ()
    skipped: tuple[SkippedCheck, ...] = ()
    uses: Mapping[str, EventUse] = field(default_factory=dict)

    def publishers_of(self, event: str) -> tuple[str, ...]:
        """The subgraph that publishes an event; none if it is unknown."""
        use = self.uses.get(event)
        return () if use is None or not use.publisher else (use.publisher,)


def check_event_files(options: EventOptions) -> CheckReport:
    """Compare the schemas of events. Raises CommandError when something cannot be read."""
    project = find_project_if_any()
    rules = EventRules() if project is None else event_rules(project)
    given = {"compatibility": options.compatibility, "policy": options.policy}
    rules = rules.model_copy(update={name: value for name, value in given.items() if value is not None})
    folder = _folder(options, project)
    now, before = read_events(folder), _earlier(folder, options.against, rules)
    findings = _compared(folder, now, before, rules)
    checked = CheckedEvents(tuple(findings), uses=now.uses)
    publishers = {name for finding in findings for name in checked.publishers_of(finding.coordinate or "")}
    return report_of(sorted(publishers), findings)


def check_project_events(project: Project | None, against: str) -> CheckedEvents:
    """Compare a project's schemas of events with a git commit. Nothing where it has none.

    Raises CommandError when a schema is not JSON. Without that commit of them, the check is skipped.
    """
    if project is None or not project.event_schemas.is_dir():
        return CheckedEvents()
    folder, rules = project.event_schemas, event_rules(project)
    now = read_events(folder)
    try:
        before = _earlier(folder, against, rules)
    except CommandError as error:
        return CheckedEvents(skipped=(SkippedCheck(CheckName.EVENTS, error.message),), uses=now.uses)
    return CheckedEvents(tuple(_compared(folder, now, before, rules)), uses=now.uses)


def _earlier(folder: Path, against: str, rules: EventRules) -> dict[str, Sequence[Schema]]:
    is_transitive = any(one.is_transitive for one in (rules.compatibility, *rules.events.values()))
    return versions(folder, against, all_versions=is_transitive)


def _compared(
    folder: Path, now: EventFiles, before: Mapping[str, Sequence[Schema]], rules: EventRules
) -> list[Finding]:
    here = Path.cwd()
    shown = folder.relative_to(here) if folder.is_relative_to(here) else folder
    return check_events(before, now.schemas, rules, now.uses, folder=shown.as_posix())


def _folder(options: EventOptions, project: Project | None) -> Path:
    if options.folder is not None:
        folder = options.folder
    elif project is not None:
        folder = project.event_schemas
    else:
        raise CommandUsageError("give the folder of the schemas, or run it in a project")
    if not folder.is_dir():
        raise CommandUsageError(f"there is no folder {folder}: give the folder of the schemas of events")
    return folder
