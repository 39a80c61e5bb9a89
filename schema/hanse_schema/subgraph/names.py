"""Which specification's element each name written in a subgraph stands for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from graphql import DefinitionNode, DirectiveDefinitionNode

from hanse_schema.subgraph import specs
from hanse_schema.subgraph.link import Links

# The version that Federation 1 schemas are upgraded to.
UPGRADED = (2, 4)

# Elements of the subgraph protocol, which composition ignores.
PROTOCOL_TYPES = frozenset({"_Any", "_Entity", "_Service"})
PROTOCOL_FIELDS = frozenset({"_service", "_entities"})


@dataclass(slots=True)
class Names:
    """Local names of specifications' elements.

    `directives` gives the specification's directive for a local name, `types` its type's name. `link` is the local
    name of the directive `@link`, `links_itself` whether the subgraph links that specification too. Names not listed
    are the subgraph's own.
    """

    directives: dict[str, specs.SpecDirective] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    link: str | None = None
    links_itself: bool = False

    def is_spec_type(self, name: str) -> bool:
        """Whether the type belongs to a specification or to the subgraph protocol, not to the subgraph's schema."""
        return name in self.types or name in PROTOCOL_TYPES

    def local_directive(self, canonical: str) -> str:
        """The name under which the subgraph writes a specification's directive; the canonical one if it has none."""
        return next((local for local, spec in self.directives.items() if spec.name == canonical), canonical)


def resolve_names(links: Links, definitions: Iterable[DefinitionNode]) -> Names:
    """The names that the links give to what they define.

    Without a Federation link they are Federation 1's own, and those of Federation 2 that the subgraph defines itself.
    """
    names = Names(link=links.directive, links_itself=links.by_identity(specs.LINK) is not None)
    federation = links.by_identity(specs.FEDERATION)
    if federation is None:
        defined = {node.name.value for node in definitions if isinstance(node, DirectiveDefinitionNode)}
        newer = specs.federation_directives(UPGRADED)
        names.directives.update({name: newer[name] for name in newer if name in defined})
        names.directives.update(specs.federation_directives((1, 0)))
        names.types.update({name: name for name in specs.federation_types((1, 0))})
    else:
        for name, directive in specs.federation_directives(links.federation).items():
            names.directives[links.local_directive(federation, name)] = directive
        for name in specs.federation_types(links.federation):
            names.types[links.local_type(federation, name)] = name
    _add_direct_specs(links, names)
    if links.directive is not None:
        link = links.by_identity(specs.LINK) or links.by_identity(specs.CORE)
        for name in ("Import", "Purpose"):
            names.types[links.local_type(link, name) if link else f"link__{name}"] = name
    return names


def _add_direct_specs(links: Links, names: Names) -> None:
    newest = specs.federation_directives(specs.LATEST)
    for identity, directives in specs.DIRECT_SPECS.items():
        link = links.by_identity(identity)
        if link is not None:
            for name in directives:
                names.directives[links.local_directive(link, name)] = newest[name]
