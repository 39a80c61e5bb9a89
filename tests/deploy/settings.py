"""Which environment variables are settings of the platform."""

from __future__ import annotations

from importlib import import_module

from pydantic import BaseModel

from deploy.project import SUBGRAPHS
from hanse_router.settings import PREFIX, RouterSettings
from hanse_subgraph.config import COMMON_PREFIX, SubgraphSettings

COMMAND_LINE = {"HANSE_SUBGRAPHS_CONFIG", "HANSE_DATA", "HANSE_UP_PORT", "HANSE_ADMIN_PASSWORD"}


def is_setting(variable: str) -> bool:
    """Whether a subgraph, the router or the command line reads this variable."""
    if variable.removeprefix(COMMON_PREFIX).lower() in SubgraphSettings.model_fields:
        return True
    if variable.startswith(PREFIX):
        return _is_field(RouterSettings, variable.removeprefix(PREFIX).lower().split("__"))
    prefixes = {name: f"HANSE_{name.upper()}_" for name in SUBGRAPHS}
    for name, prefix in prefixes.items():
        if variable.startswith(prefix):
            return variable.removeprefix(prefix).lower() in settings_of(name).model_fields
    return variable in COMMAND_LINE


def settings_of(subgraph: str) -> type[SubgraphSettings]:
    """The class of a subgraph's settings."""
    found: type[SubgraphSettings] = getattr(
        import_module(f"subgraphs.{subgraph}.settings"), f"{subgraph.title()}Settings"
    )
    return found


def _is_field(model: type[BaseModel], path: list[str]) -> bool:
    field = model.model_fields.get(path[0])
    if field is None or len(path) == 1:
        return field is not None
    inner = field.annotation
    return isinstance(inner, type) and issubclass(inner, BaseModel) and _is_field(inner, path[1:])
