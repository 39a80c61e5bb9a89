"""The rules that subgraphs must keep together, one per file, in the order of these tuples."""

from __future__ import annotations

from collections.abc import Callable

from schema.compose.merging import Merging
from schema.compose.rules.extension_with_no_base import extension_with_no_base
from schema.compose.rules.external_missing_on_base import external_missing_on_base
from schema.compose.rules.inaccessible import inaccessible
from schema.compose.rules.invalid_field_sharing import invalid_field_sharing
from schema.compose.rules.no_queries import no_queries
from schema.compose.rules.type_kind_mismatch import type_kind_mismatch

Rule = Callable[[Merging], None]

BEFORE_MERGE: tuple[Rule, ...] = (
    type_kind_mismatch,
    extension_with_no_base,
    no_queries,
    external_missing_on_base,
    invalid_field_sharing,
)

AFTER_MERGE: tuple[Rule, ...] = (inaccessible,)
