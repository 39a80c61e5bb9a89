"""INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE: resolving an interface by key requires all its objects."""

from __future__ import annotations

from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sentences import listed
from hanse_schema.compose.sources import Source, TypeGroup
from hanse_schema.subgraph.model import Kind, TypeDef, applied


def interface_key_missing_implementation(merging: Merging) -> None:
    """Report each subgraph with a resolvable key on an interface that lacks some of its objects."""
    for group in merging.types.values():
        if group.kind is Kind.INTERFACE:
            for source in group.sources:
                if source.definition.kind is Kind.INTERFACE:
                    _check(merging, group, source)


def _check(merging: Merging, group: TypeGroup, source: Source[TypeDef]) -> None:
    keys = applied(source.definition.directives, "key")
    if all(key.arguments.get("resolvable") == "false" for key in keys):
        return
    own = source.part.schema.types
    here = {name for name, type_ in own.items() if type_.kind is Kind.OBJECT and group.name in type_.interfaces}
    objects = {name for name in merging.subtypes.get(group.name, ()) if merging.types[name].kind is Kind.OBJECT}
    missing = sorted(objects - here)
    # Each interface object that implements the interface takes the place of one of them.
    if len(missing) > len(here - objects):
        merging.report.error(
            "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",
            f'The interface `{group.name}` has a resolvable @key in subgraph "{source.part.name}", which therefore '
            f"must define all that implements it, but lacks {listed(f'`{name}`' for name in missing)}: define it "
            f"there, implementing `{group.name}`.",
            [source],
            group.name,
        )
