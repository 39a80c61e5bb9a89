"""The Federation rules for a single subgraph: one per module, in the order of one tuple."""

from __future__ import annotations

from collections.abc import Callable

from hanse_schema.subgraph.rules import (
    access_on_interface,
    context_name,
    context_selection,
    context_use,
    cost,
    external_collision,
    external_on_interface,
    external_unused,
    fields_arguments,
    fields_directives,
    fields_external,
    fields_invalid,
    fields_type,
    interface_key,
    interface_object,
    key_abstract,
    list_size,
    on_interface,
    provides_target,
    shareable,
)
from hanse_schema.subgraph.subject import Subject

Rule = Callable[[Subject], None]

FEDERATION_RULES: tuple[Rule, ...] = (
    on_interface.check,
    fields_type.check,
    fields_invalid.check,
    fields_arguments.check,
    fields_directives.check,
    key_abstract.check,
    provides_target.check,
    external_collision.check,
    fields_external.check,
    external_on_interface.check,
    external_unused.check,
    shareable.check,
    interface_object.check,
    interface_key.check,
    access_on_interface.check,
    context_name.check,
    context_use.check,
    context_selection.check,
    cost.check,
    list_size.check,
)
