"""The fixers, one file per kind of error. Those of one code are tried in this order, until one works."""

from __future__ import annotations

from hanse_schema.checks.repair.fixers import (
    access,
    defaults,
    definitions,
    enums,
    external_missing,
    external_unused,
    field_sets,
    graphql_rules,
    inaccessible,
    interfaces,
    links,
    moved_directive,
    required_inputs,
    roots,
    satisfiability,
    sharing,
    superfluous_directive,
    types,
)
from hanse_schema.checks.repair.model import Fixer

FIXERS: tuple[Fixer, ...] = (
    *links.FIXERS,
    graphql_rules.FIXER,
    *definitions.FIXERS,
    roots.FIXER,
    *field_sets.FIXERS,
    external_unused.FIXER,
    external_unused.TYPE_FIXER,
    external_missing.FIXER,
    external_missing.BASE_FIXER,
    *superfluous_directive.FIXERS,
    *moved_directive.FIXERS,
    sharing.FIXER,
    *types.FIXERS,
    *defaults.FIXERS,
    *enums.FIXERS,
    *required_inputs.FIXERS,
    *interfaces.FIXERS,
    *inaccessible.FIXERS,
    access.FIXER,
    satisfiability.FIXER,
)

FIXERS_OF: dict[str, tuple[Fixer, ...]] = {
    code: tuple(fixer for fixer in FIXERS if code in fixer.codes) for fixer in FIXERS for code in fixer.codes
}
