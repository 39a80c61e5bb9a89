"""LINK_IMPORT_NAME_MISMATCH: a directive in the supergraph has one name in all subgraphs that apply it."""

from __future__ import annotations

from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sentences import by_value


def link_import_name_mismatch(merging: Merging) -> None:
    """Report each specification's directive that subgraphs apply under different names."""
    for directive, names in merging.carried.applied.items():
        if len(names) > 1:
            written = by_value((part.name, f"@{name}") for name, parts in names.items() for part in parts)
            merging.report.error(
                "LINK_IMPORT_NAME_MISMATCH",
                f"@{directive} goes by different names: {written}. Import it under one name everywhere.",
                [
                    (part, link.node)
                    for parts in names.values()
                    for part in parts
                    for link in part.schema.links
                    if f"@{directive}" in link.imports
                ],
                f"@{directive}",
            )
