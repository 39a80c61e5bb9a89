"""The input of satisfiability: the query graph, and the supergraph's types as clients see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from graphql import StringValueNode, parse_const_value

from hanse_schema.query_graph import Picks, QueryGraph, TypePick, build
from hanse_schema.supergraph.links import directive_name
from hanse_schema.supergraph.model import AppliedDirective, Field, InterfaceType, ObjectType, Supergraph, UnionType
from hanse_schema.type_ref import named_type


@dataclass(frozen=True, slots=True)
class World:
    """The query graph and types that a walk traverses.

    `fields` and `runtime_types` hold, by type, the accessible fields of objects and object types of abstract types that
    clients can query. `interfaces` holds those of each object type, `contexts` the names of the contexts
    that a type sets, `labels` the progressive override label of a field, by (type, field).
    """

    graph: QueryGraph
    fields: dict[str, tuple[str, ...]]
    runtime_types: dict[str, tuple[str, ...]]
    interfaces: dict[str, tuple[str, ...]]
    contexts: dict[str, tuple[str, ...]]
    labels: dict[tuple[str, str], str]
    roots: tuple[str, ...]

    def required_labels(self, type_: str, field: str) -> frozenset[str]:
        """The labels that decide where the fields are resolved that a field requires."""
        requires = (
            edges[field].requires
            for name in (type_, *self.interfaces.get(type_, ()))
            for graph in self.supergraph.subgraphs
            if field in (edges := self.graph.edges.get((graph, name), {}))
        )
        return frozenset(label for picks in requires for label in self._labels_in(type_, picks))

    def _labels_in(self, type_: str, picks: Picks) -> Iterator[str]:
        for pick in picks:
            if isinstance(pick, TypePick):
                yield from self._labels_in(pick.type, pick.picks)
                continue
            for name in (type_, *self.graph.possible.get(type_, ())):
                label = self.labels.get((name, pick.name))
                if label is not None:
                    yield label
            definition = self.supergraph.types.get(type_)
            if pick.picks and isinstance(definition, ObjectType | InterfaceType):
                yield from self._labels_in(named_type(definition.fields[pick.name].type), pick.picks)

    @property
    def supergraph(self) -> Supergraph:
        """The supergraph being checked."""
        return self.graph.supergraph

    def name(self, graph: str) -> str:
        """The subgraph's own name."""
        return self.supergraph.subgraphs[graph].name


def survey(supergraph: Supergraph) -> World:
    """Build the world of a supergraph."""
    graph = build(supergraph)
    types = supergraph.types
    hides = _hides(supergraph)
    objects = {name: type_ for name, type_ in types.items() if isinstance(type_, ObjectType)}
    hidden = {name for name, type_ in types.items() if hides(type_.directives)}

    def shows(element: Field) -> bool:
        return not hides(element.directives) and named_type(element.type) not in hidden

    return World(
        graph,
        fields={name: tuple(f.name for f in type_.fields.values() if shows(f)) for name, type_ in objects.items()},
        runtime_types={
            name: tuple(sorted(graph.possible.get(name, frozenset()) - hidden))
            for name, type_ in types.items()
            if isinstance(type_, InterfaceType | UnionType)
        },
        interfaces={name: type_.interfaces for name, type_ in objects.items()},
        contexts=_contexts(graph),
        labels={
            (type_, edge.name): edge.condition.label
            for (_, type_), edges in graph.edges.items()
            for edge in edges.values()
            if edge.condition is not None
        },
        roots=tuple(filter(None, (supergraph.query, supergraph.mutation, supergraph.subscription))),
    )


def _hides(supergraph: Supergraph) -> Callable[[tuple[AppliedDirective, ...]], bool]:
    name = directive_name(supergraph, "inaccessible")
    return lambda directives: name is not None and any(directive.name == name for directive in directives)


def _contexts(graph: QueryGraph) -> dict[str, tuple[str, ...]]:
    """By type, with the contexts that its interfaces and unions set."""
    directive = directive_name(graph.supergraph, "context")
    found: dict[str, list[str]] = {}
    for type_ in graph.supergraph.types.values() if directive is not None else ():
        applied = (dict(a.arguments).get("name") for a in type_.directives if a.name == directive)
        values = (parse_const_value(text) for text in applied if text is not None)
        names = [value.value for value in values if isinstance(value, StringValueNode)]
        for name in {type_.name, *graph.possible.get(type_.name, ())} if names else ():
            found.setdefault(name, []).extend(names)
    return {name: tuple(names) for name, names in found.items()}
