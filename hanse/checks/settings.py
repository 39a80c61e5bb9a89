"""The settings of the checks: of lint in lint.yaml or [tool.hanse.lint], of events in [tool.hanse.events]."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from hanse.project import Project
from hanse.yaml_file import read_model
from hanse_schema.checks.event_schemas import EventRules
from hanse_schema.checks.lint import LintConfig
from hanse_schema.checks.lint.config import config_problem
from hanse_schema.checks.ownership import Ownership, OwnershipError, read_owners
from hanse_wire.command_line import CommandError

LINT_FILE = "lint.yaml"
_Model = TypeVar("_Model", bound=BaseModel)


def lint_config(project: Project | None, file: Path | None = None) -> LintConfig:
    """The configuration of lint: of the file, else of lint.yaml or the table in the project; the preset if none.

    Outside of a project lint.yaml is that of the working directory. Raises CommandError when it is wrong.
    """
    if file is not None:
        return read_model(file, LintConfig)
    beside = (Path() if project is None else project.folder) / LINT_FILE
    table = None if project is None else project.config.lint
    if beside.is_file():
        if project is not None and table is not None:
            raise CommandError(f"{beside} and tool.hanse.lint in {project.file} both configure lint: keep one of them")
        return read_model(beside, LintConfig)
    return LintConfig() if project is None or table is None else _checked(project, "lint", table, LintConfig)


def event_rules(project: Project) -> EventRules:
    """The rules for events of a project. Raises CommandError when they are wrong."""
    table = project.config.events
    return EventRules() if table is None else _checked(project, "events", table, EventRules)


def ownership(project: Project) -> Ownership:
    """The owners of a project's schema; none without a file. Raises CommandError when the file is wrong."""
    file = project.folder / project.config.owners
    try:
        return read_owners(file.read_text(encoding="utf-8"), str(project.config.owners))
    except FileNotFoundError:
        return Ownership()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"cannot read {file}: {error}") from error
    except OwnershipError as error:
        raise CommandError(str(error)) from error


def _checked(project: Project, name: str, table: dict[str, Any], model: type[_Model]) -> _Model:
    try:
        return model.model_validate(table)
    except ValidationError as error:
        raise CommandError(f"{project.file}: tool.hanse.{name}.{config_problem(error)}") from error
