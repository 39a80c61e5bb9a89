"""The supergraph's `@link`s: the specifications whose directives it carries, under the names it uses."""

from __future__ import annotations

import re
from dataclasses import replace

from hanse_schema.compose.carried import NOT_ON_ELEMENTS, SPEC_OF, SPECS
from hanse_schema.compose.merging import Merging
from hanse_schema.subgraph.model import LinkDef
from hanse_schema.supergraph.model import Link

_NAME = re.compile(r"[_A-Za-z]\w*", re.ASCII)


def all_links(merging: Merging) -> tuple[Link, ...]:
    """The links of the supergraph, with aliases if a specification's name is taken or not a GraphQL name.

    A name is taken by the directive of that name, or by an earlier link.
    """
    links = [*_carried_links(merging), *merging.composed_links]
    owners = {local: link.url for link in links for _, local in link.imports}
    owners.update({f"@{spec_name(link.url)}": link.url for link in links if not link.imports})
    taken: set[str] = set()
    named = []
    aliases = 0
    for link in links:
        name = spec_name(link.url)
        if _NAME.fullmatch(name) and name not in taken and owners.get(f"@{name}", link.url) == link.url:
            taken.add(name)
        else:
            link = replace(link, as_=f"_{aliases}{re.sub(r'[^_A-Za-z0-9]', '', name)}")
            aliases += 1
        named.append(link)
    return tuple(named)


def spec_name(url: str) -> str:
    """The name in a specification's URL, before the version."""
    return url.rstrip("/").rsplit("/", 2)[-2]


def _carried_links(merging: Merging) -> tuple[Link, ...]:
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
