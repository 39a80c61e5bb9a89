"""A `module:attribute` of a subgraph's code."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from hanse_wire.command_line import CommandError


def imported(target: str, *, subgraph: str, see: str) -> Any:
    """The attribute of a module, which is imported. `see` is the setting that names it.

    Raises CommandError when there is no such module or attribute, and what the module itself raises.
    """
    module, _, attribute = target.partition(":")
    try:
        found = import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise
        raise CommandError(f"subgraph {subgraph}: there is no module {module!r}; see {see}") from error
    try:
        return getattr(found, attribute)
    except AttributeError as error:
        raise CommandError(f"subgraph {subgraph}: {module} has no {attribute!r}; see {see}") from error
