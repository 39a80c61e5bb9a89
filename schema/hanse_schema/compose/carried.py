"""Which directives composition carries into the supergraph, under which names, and how their applications merge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hanse_schema.compose import strategies
from hanse_schema.compose.sources import Part
from hanse_schema.compose.strategies import Strategy
from hanse_schema.subgraph.model import Applied, LinkDef

BUILT_IN = frozenset({"deprecated", "specifiedBy", "oneOf"})


@dataclass(frozen=True, slots=True)
class CarriedSpec:
    """A specification whose directives are carried: its version in the supergraph, and its link's `for`."""

    name: str
    version: str
    for_: str | None = None

    @property
    def url(self) -> str:
        """The specification's URL, with the version."""
        return f"https://specs.apollo.dev/{self.name}/{self.version}"


SPECS = {
    spec.name: spec
    for spec in (
        CarriedSpec("tag", "v0.3"),
        CarriedSpec("inaccessible", "v0.2", "SECURITY"),
        CarriedSpec("authenticated", "v0.1", "SECURITY"),
        CarriedSpec("requiresScopes", "v0.1", "SECURITY"),
        CarriedSpec("policy", "v0.1", "SECURITY"),
        CarriedSpec("context", "v0.1", "SECURITY"),
        CarriedSpec("cost", "v0.1"),
        CarriedSpec("cacheTag", "v0.1", "EXECUTION"),
    )
}

# How differing arguments of directives that are not repeatable are merged.
STRATEGIES: Mapping[str, Mapping[str, Strategy]] = {
    "requiresScopes": {"scopes": strategies.all_of_both},
    "policy": {"policies": strategies.all_of_both},
    "cost": {"weight": strategies.maximum},
    "listSize": {
        "assumedSize": strategies.maximum,
        "slicingArguments": strategies.union,
        "sizedFields": strategies.union,
        "requireOneSlicingArgument": strategies.both,
    },
}
# The value of an omitted argument, if it is not null.
DEFAULTS: Mapping[str, Mapping[str, object]] = {"listSize": {"requireOneSlicingArgument": True}}
REPEATABLE = frozenset({"tag", "context"})
AS_JOIN_DIRECTIVE = frozenset({"cacheTag"})
NOT_ON_ELEMENTS = frozenset({"fromContext", "cacheTag"})  # carried in join records

# The specification of each carried directive.
SPEC_OF = {
    "tag": "tag",
    "inaccessible": "inaccessible",
    "authenticated": "authenticated",
    "requiresScopes": "requiresScopes",
    "policy": "policy",
    "context": "context",
    "fromContext": "context",
    "cost": "cost",
    "listSize": "cost",
    "cacheTag": "cacheTag",
}
_APOLLO = "https://specs.apollo.dev/"


@dataclass(slots=True)
class Carried:
    """The directives carried in one composition.

    `names` gives, by graph, the name under which a subgraph writes a specification's directive, which is also its name
    in the supergraph. `composed` holds (graph, name) of those kept by `@composeDirective`, `repeatable` the names
    where they repeat. `applied` holds the specifications' directives in use: the names used for each, and the
    subgraphs that do.
    """

    names: dict[str, dict[str, str]] = field(default_factory=dict)
    composed: set[tuple[str, str]] = field(default_factory=set)
    repeatable: set[str] = field(default_factory=set)
    applied: dict[str, dict[str, list[Part]]] = field(default_factory=dict)

    def name(self, part: Part, directive: Applied) -> str | None:
        """The name in the supergraph of a directive applied in a subgraph; None if it is not carried on elements."""
        name = directive.name
        if directive.spec is None:
            return name if name in BUILT_IN or (part.graph, name) in self.composed else None
        if name not in SPEC_OF or name in NOT_ON_ELEMENTS:
            return None
        return self.names[part.graph].get(name, name)

    def note(self, part: Part, name: str) -> None:
        """Note that a subgraph applies a specification's directive of that name."""
        if name in SPEC_OF:
            local = self.names[part.graph].get(name, name)
            self.applied.setdefault(name, {}).setdefault(local, []).append(part)

    def repeats(self, directive: Applied, name: str) -> bool:
        """Whether the directive can be applied several times to an element."""
        return name in self.repeatable if directive.spec is None else directive.name in REPEATABLE


def carried_names(links: Iterable[LinkDef]) -> dict[str, str]:
    """The local names of the carried directives in a subgraph: imported, or with the namespace."""
    names: dict[str, str] = {}
    for link in sorted(
        links, key=lambda link: link.identity != f"{_APOLLO}federation"
    ):  # a direct link takes precedence
        if not link.identity.startswith(_APOLLO):
            continue
        own = link.identity.removeprefix(_APOLLO)
        for directive in SPEC_OF if own == "federation" else [name for name, spec in SPEC_OF.items() if spec == own]:
            default = link.name if directive == own else f"{link.name}__{directive}"
            names[directive] = link.imports.get(f"@{directive}", f"@{default}")[1:]
    return names
