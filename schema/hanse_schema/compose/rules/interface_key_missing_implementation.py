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
    missing = [
        name
        for name in sorted(merging.subtypes.get(group.name, ()))
        if name in merging.types
        and merging.types[name].kind is Kind.OBJECT
        and (name not in own or group.name not in own[name].interfaces)
    ]
    if missing:
        merging.report.error(
            "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",
            f'The interface `{group.name}` has a resolvable @key in subgraph "{source.part.name}", which therefore '
            f"must define all that implements it, but lacks {listed(f'`{name}`' for name in missing)}: define it "
            f"there, implementing `{group.name}`.",
            [source],
            group.name,
        )
