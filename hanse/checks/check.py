"""`hanse schema check`, from its options to the report."""

from __future__ import annotations

from datetime import datetime

from hanse.checks.approvals import Recorder
from hanse.checks.event_check import check_project_events
from hanse.checks.options import CheckOptions
from hanse.checks.published import is_folder
from hanse.checks.read_operations import read_operations
from hanse.checks.read_usage import usage_of_files, usage_of_store
from hanse.checks.request import CheckRequest
from hanse.checks.run import run_checks
from hanse.checks.settings import lint_config, ownership
from hanse.checks.sources import Sources, read_sources
from hanse.checks.usage import Usage, judge_usage
from hanse.contract_file import read_contract
from hanse.progress import progress
from hanse.project import Project, find_project, find_project_if_any
from hanse.registry.author import current_author
from hanse.registry.errors import RegistryError
from hanse.registry.open import open_store
from hanse.registry.owners import ownership_of
from hanse.registry.store import Store
from hanse_schema.checks.ownership import Ownership
from hanse_schema.checks.report import CheckReport
from hanse_wire.command_line import CommandError


def check(options: CheckOptions, now: datetime) -> CheckReport:
    """Read everything, run the checks, and record the report. Raises CommandError where something cannot be read."""
    try:
        store = _store(options)
        with progress("reading schemas and usage"):
            sources = read_sources(options, store)
            request = _request(options, sources, store, now)
        with progress(f"checking {len(sources.after)} subgraphs"):
            report = run_checks(request)
        if store is None:
            return report
        recorder = Recorder(
            store,
            current_author(),
            options.variant,
            sources.version,
            now,
            request.ownership,
            approval_days=_approval_days(options),
        )
        return recorder.recorded(recorder.approved(report))
    except RegistryError as error:
        raise CommandError(f"{error.message} [{error.code}]") from error


def _request(options: CheckOptions, sources: Sources, store: Store | None, now: datetime) -> CheckRequest:
    usage = judge_usage(_usage(options, store, now), options.rules, now)
    project = find_project_if_any()
    return CheckRequest(
        before=sources.before,
        after=sources.after,
        files=sources.files,
        operations=(*read_operations(options.operations), *usage.operations),
        evidence=usage.evidence,
        contracts={path.stem: read_contract(path) for path in options.contracts},
        plan_regressions=options.plan_regressions,
        findings=usage.findings,
        lint=lint_config(project),
        events=check_project_events(project, _commit(options)),
        ownership=_ownership(project, store),
    )


def _ownership(project: Project | None, store: Store | None) -> Ownership:
    """That of the store where it has one, else that of the project."""
    text = None if store is None else store.owners()
    if text is not None:
        return ownership_of(text)
    return Ownership() if project is None else ownership(project)


def _approval_days(options: CheckOptions) -> int | None:
    project = find_project_if_any()
    return options.approval_days or (None if project is None else project.config.approval_days)


def _commit(options: CheckOptions) -> str:
    """The git commit that the schemas of events are compared with."""
    return "HEAD" if options.against is None or is_folder(options.against) else options.against


def _usage(options: CheckOptions, store: Store | None, now: datetime) -> Usage:
    """That of the files, else that of the store."""
    if options.usage or store is None:
        return usage_of_files(options.usage)
    return usage_of_store(store, options.variant, options.rules, now)


def _store(options: CheckOptions) -> Store | None:
    """The store of `registry`, or of the project; None for a configuration file outside of a project."""
    if options.registry is None and options.config is not None:
        try:
            find_project()
        except CommandError:
            return None
    return open_store(options.registry, options.graph)
