"""The supergraph's `@link`s: the specifications whose directives it carries, under the names it uses."""

from __future__ import annotations

from schema.compose.carried import NOT_ON_ELEMENTS, SPEC_OF, SPECS
from schema.compose.merging import Merging
from schema.supergraph.model import Link


def carried_links(merging: Merging) -> tuple[Link, ...]:
    """A link for each specification that has a directive in the supergraph, with imports for names not its default."""
    imports: dict[str, list[tuple[str, str]]] = {}
    for directive, names in merging.carried.applied.items():
        found = imports.setdefault(SPEC_OF[directive], [])
        name = next(iter(names))
        if directive not in NOT_ON_ELEMENTS and name != SPEC_OF[directive]:
            found.append((f"@{directive}", f"@{name}"))
    return tuple(
        Link(url=spec.url, for_=spec.for_, imports=tuple(imports[name]))
        for name, spec in SPECS.items()
        if name in imports
    )
