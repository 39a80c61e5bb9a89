"""Applies the `@override`s that no rule rejects."""

from __future__ import annotations

from collections.abc import Callable

from hanse_schema.compose.merging import Merging
from hanse_schema.compose.override import Override, apply_override, overrides
from hanse_schema.compose.rules.override_collision import override_collision
from hanse_schema.compose.rules.override_from_self import override_from_self
from hanse_schema.compose.rules.override_hints import hint_override
from hanse_schema.compose.rules.override_label_invalid import override_label_invalid
from hanse_schema.compose.rules.override_on_interface import override_on_interface
from hanse_schema.compose.rules.override_source_has_override import override_source_has_override

# Each returns whether it reported an error.
_RULES: tuple[Callable[[Merging, Override], bool], ...] = (
    override_on_interface,
    override_from_self,
    override_source_has_override,
    override_collision,
    override_label_invalid,
)


def resolve_overrides(merging: Merging) -> None:
    """Apply the valid overrides, with hints about migration steps; report the others."""
    for override in overrides(merging):
        if not any(rule(merging, override) for rule in _RULES):
            apply_override(override)
            hint_override(merging, override)
