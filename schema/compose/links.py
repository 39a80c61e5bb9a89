"""The supergraph's `@link`s: the specifications whose directives it carries, under the names it uses."""

from __future__ import annotations

import re
from collections.abc import Container

from schema.compose.carried import NOT_ON_ELEMENTS, SPEC_OF, SPECS
from schema.compose.merging import Merging
from schema.subgraph.model import LinkDef
from schema.supergraph.model import Link

_NAME = re.compile(r"[_A-Za-z]\w*", re.ASCII)


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


def own_name(link: LinkDef, directive: str) -> str:
    """The name under which a subgraph that has the link writes one of the specification's directives."""
    imported = link.imports.get(f"@{directive}")
    if imported is not None:
        return imported[1:]
    return link.name if directive == link.identity.rsplit("/", 1)[-1] else f"{link.name}__{directive}"


def free_alias(name: str, taken: Container[str], number: int) -> str | None:
    """An alias for a linked specification whose name is taken, or is no GraphQL name; None if it needs none."""
    if _NAME.fullmatch(name) and name not in taken:
        return None
    return f"_{number}{re.sub(r'[^_A-Za-z0-9]', '', name)}"
