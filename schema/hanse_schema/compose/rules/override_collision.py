"""OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE: an overridden field has no conflicting directive."""

from __future__ import annotations

from hanse_schema.compose.gather import is_interface_object
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.override import Override
from hanse_schema.compose.sources import FieldSource
from hanse_schema.subgraph.model import has


def override_collision(merging: Merging, override: Override) -> bool:
    """Report an override combined with an incompatible directive or interface object."""
    problem = _problem(override)
    if problem is None:
        return False
    culprit, why = problem
    merging.report.error(
        "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
        f'`{override.coordinate}` cannot be overridden in subgraph "{override.target.part.name}": {why}.',
        [(override.target.part, override.directive.node), culprit],
        override.coordinate,
    )
    return True


def _problem(override: Override) -> tuple[FieldSource, str] | None:
    target, origin = override.target, override.origin
    if is_interface_object(target.owner):
        return target, f"`{target.owner.name}` is an @interfaceObject there, which takes over nothing"
    for abstracted in override.group.abstracted:
        if origin is None and abstracted.part.name == override.origin_name:
            return abstracted, f'subgraph "{abstracted.part.name}" has it only through the @interfaceObject ' + (
                f"`{abstracted.owner.name}`, from which nothing can be taken over"
            )
    if target.external:
        return target, "it is @external there, so not resolved; remove one of the two"
    for name in ("requires", "provides"):
        if origin is not None and has(origin.definition.directives, name):
            return origin, f'it has @{name} in subgraph "{origin.part.name}"; remove that first'
    return None
