"""MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL: an external field carries no directive into the supergraph."""

from __future__ import annotations

from hanse_schema.compose.merging import Merging


def merged_directive_on_external(merging: Merging) -> None:
    """Report each directive that belongs to the subgraph that resolves the field."""
    for owner in merging.types.values():
        for group in owner.fields.values():
            for source in group.sources:
                if not source.external:
                    continue
                for directive in source.definition.directives:
                    if merging.carried.name(source.part, directive) is not None:
                        merging.report.error(
                            "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",
                            f"`{group.coordinate}` has @{directive.name} in subgraph "
                            f'"{source.part.name}", where it is @external: move the directive to where it is resolved.',
                            [(source.part, directive.node)],
                            group.coordinate,
                        )
