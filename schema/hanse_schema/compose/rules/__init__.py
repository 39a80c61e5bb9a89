"""The rules for subgraphs together, one per file, in the order of these tuples."""

from __future__ import annotations

from collections.abc import Callable

from hanse_schema.compose.merging import Merging
from hanse_schema.compose.rules.default_values import default_values
from hanse_schema.compose.rules.disallowed_inaccessible import disallowed_inaccessible
from hanse_schema.compose.rules.extension_with_no_base import extension_with_no_base
from hanse_schema.compose.rules.external_mismatch import external_mismatch
from hanse_schema.compose.rules.external_missing_on_base import external_missing_on_base
from hanse_schema.compose.rules.implicit_upgrade import implicit_upgrade
from hanse_schema.compose.rules.implied_interfaces import implied_interfaces
from hanse_schema.compose.rules.inaccessible import inaccessible
from hanse_schema.compose.rules.inconsistent_entity import inconsistent_entity
from hanse_schema.compose.rules.inconsistent_value_type import inconsistent_value_type
from hanse_schema.compose.rules.interface_field_no_implementation import interface_field_no_implementation
from hanse_schema.compose.rules.interface_key_missing_implementation import interface_key_missing_implementation
from hanse_schema.compose.rules.interface_object_beside_implementations import interface_object_beside_implementations
from hanse_schema.compose.rules.interface_object_without_interface import interface_object_without_interface
from hanse_schema.compose.rules.interface_types import interface_types
from hanse_schema.compose.rules.invalid_field_sharing import invalid_field_sharing
from hanse_schema.compose.rules.link_import_name_mismatch import link_import_name_mismatch
from hanse_schema.compose.rules.merged_directive_on_external import merged_directive_on_external
from hanse_schema.compose.rules.missing_transitive_access import missing_transitive_access
from hanse_schema.compose.rules.no_queries import no_queries
from hanse_schema.compose.rules.requires_arguments import requires_arguments
from hanse_schema.compose.rules.type_kind_mismatch import type_kind_mismatch
from hanse_schema.compose.rules.union_members import union_members

Rule = Callable[[Merging], None]

# Rules that decide which directives are carried.
ON_DIRECTIVES: tuple[Rule, ...] = (link_import_name_mismatch,)

# Rules whose errors do not prevent merging.
BEFORE_MERGE: tuple[Rule, ...] = (
    implicit_upgrade,
    extension_with_no_base,
    type_kind_mismatch,
    no_queries,
    interface_object_without_interface,
    interface_object_beside_implementations,
    interface_key_missing_implementation,
    external_missing_on_base,
    invalid_field_sharing,
    inconsistent_entity,
    inconsistent_value_type,
)

# Rules on the merged supergraph.
AFTER_MERGE: tuple[Rule, ...] = (
    merged_directive_on_external,
    external_mismatch,
)

# Rules on a supergraph that was merged without errors.
ON_SUPERGRAPH: tuple[Rule, ...] = (
    interface_field_no_implementation,
    requires_arguments,
    missing_transitive_access,
)

# The rules of the GraphQL specification.
ON_VALID_SUPERGRAPH: tuple[Rule, ...] = (
    union_members,
    implied_interfaces,
    interface_types,
    default_values,
)

# Rules on the API schema.
ON_API_SCHEMA: tuple[Rule, ...] = (disallowed_inaccessible, inaccessible)
