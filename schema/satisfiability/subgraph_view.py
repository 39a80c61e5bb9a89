"""What each subgraph can resolve, taken from the supergraph's join records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from schema.satisfiability.selections import Selections, parse_selections
from schema.supergraph.links import directive_name
from schema.supergraph.model import (
    ContextArgument,
    Field,
    InterfaceType,
    JoinField,
    JoinType,
    ObjectType,
    Supergraph,
    UnionType,
)
from schema.type_ref import named_type


@dataclass(frozen=True, slots=True)
class SubgraphField:
    """A field as one subgraph has it.

    `type` is the name of its type there, or None for a leaf. `label` is a progressive override's label with the value
    for which this subgraph resolves the field.
    """

    name: str
    type: str | None
    external: bool = False
    requires: Selections = ()
    provides: Selections = ()
    label: tuple[str, bool] | None = None
    contexts: tuple[ContextArgument, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """A `@key` of a type in one subgraph."""

    text: str
    selections: Selections
    resolvable: bool


@dataclass(slots=True)
class SubgraphView:
    """One subgraph: fields and keys by type, and the object types that each abstract type may be there."""

    graph: str
    fields: dict[str, dict[str, SubgraphField]] = field(default_factory=dict)
    keys: dict[str, list[Key]] = field(default_factory=lambda: defaultdict(list))
    interface_objects: set[str] = field(default_factory=set)
    runtime_types: dict[str, frozenset[str]] = field(default_factory=dict)


@dataclass(slots=True)
class World:
    """All that satisfiability looks at: the subgraphs, and the supergraph's types as clients see them.

    `runtime_types` holds, for each abstract type, the object types that clients may meet (`members`: all that there
    are); `interfaces` the interfaces of each object type; `contexts` the names of the contexts that a type sets;
    `labels` the progressive override label of a field, by type and field;
    `graphs` the subgraphs that have a type.
    """

    supergraph: Supergraph
    views: dict[str, SubgraphView]
    runtime_types: dict[str, tuple[str, ...]]
    interfaces: dict[str, tuple[str, ...]]
    contexts: dict[str, tuple[str, ...]]
    visible_fields: dict[str, tuple[str, ...]]
    roots: frozenset[str]
    members: dict[str, frozenset[str]]
    labels: dict[tuple[str, str], str]
    graphs: dict[str, tuple[str, ...]]

    def is_a(self, type_: str, of: str) -> bool:
        """Whether objects of the type are among those that the other (or the same) type stands for."""
        return type_ == of or type_ in self.members.get(of, ())

    def name(self, graph: str) -> str:
        """The subgraph's own name."""
        return self.supergraph.subgraphs[graph].name


def survey(supergraph: Supergraph) -> World:
    """Look at a supergraph from every subgraph's side."""
    views = {graph: SubgraphView(graph) for graph in supergraph.subgraphs}
    composite = {
        name for name, type_ in supergraph.types.items() if isinstance(type_, ObjectType | InterfaceType | UnionType)
    }
    for type_ in supergraph.types.values():
        if isinstance(type_, ObjectType | InterfaceType):
            _survey_keys(views, type_.name, type_.joins)
            _survey_fields(views, type_, composite)
    _survey_runtime_types(views, supergraph)
    return World(
        supergraph,
        views,
        runtime_types=_runtime_types(supergraph, _Hidden(supergraph)),
        interfaces={name: t.interfaces for name, t in supergraph.types.items() if isinstance(t, ObjectType)},
        contexts=_contexts(supergraph),
        visible_fields=_visible_fields(supergraph),
        roots=frozenset(filter(None, (supergraph.query, supergraph.mutation, supergraph.subscription))),
        members={name: frozenset(types) for name, types in _runtime_types(supergraph, lambda _: False).items()},
        labels={
            (type_, element.name): element.label[0]
            for view in views.values()
            for type_, elements in view.fields.items()
            for element in elements.values()
            if element.label is not None
        },
        graphs={name: tuple(dict.fromkeys(j.graph for j in t.joins)) for name, t in supergraph.types.items()},
    )


def _survey_keys(views: dict[str, SubgraphView], name: str, joins: tuple[JoinType, ...]) -> None:
    for join in joins:
        view = views[join.graph]
        view.fields.setdefault(name, {})
        if join.is_interface_object:
            view.interface_objects.add(name)
        if join.key is not None:
            view.keys[name].append(Key(join.key, parse_selections(join.key), join.resolvable))


def _survey_fields(views: dict[str, SubgraphView], type_: ObjectType | InterfaceType, composite: set[str]) -> None:
    graphs = tuple(dict.fromkeys(join.graph for join in type_.joins))
    for element in type_.fields.values():
        for join in element.joins or (JoinField(graph) for graph in graphs):
            if join.graph is not None:
                views[join.graph].fields.setdefault(type_.name, {})[element.name] = _field(element, join, composite)


def _field(element: Field, join: JoinField, composite: set[str]) -> SubgraphField:
    type_name = named_type(join.type or element.type)
    overridden = join.used_overridden and join.override_label is None
    return SubgraphField(
        name=element.name,
        type=type_name if type_name in composite else None,
        external=join.external or overridden,
        requires=parse_selections(join.requires) if join.requires else (),
        provides=parse_selections(join.provides) if join.provides else (),
        label=(join.override_label, join.override is not None) if join.override_label else None,
        contexts=join.context_arguments,
    )


def _survey_runtime_types(views: dict[str, SubgraphView], supergraph: Supergraph) -> None:
    members: dict[tuple[str, str], set[str]] = defaultdict(set)
    for type_ in supergraph.types.values():
        if isinstance(type_, ObjectType):
            for record in type_.implements:
                members[record.graph, record.interface].add(type_.name)
        elif isinstance(type_, UnionType):
            for member in type_.members:
                members[member.graph, type_.name].add(member.member)
    for type_ in supergraph.types.values():
        if isinstance(type_, InterfaceType | UnionType):
            for graph in {join.graph for join in type_.joins} - _interface_object_graphs(type_.joins):
                views[graph].runtime_types[type_.name] = frozenset(members[graph, type_.name])


def _interface_object_graphs(joins: tuple[JoinType, ...]) -> set[str]:
    return {join.graph for join in joins if join.is_interface_object}


def _runtime_types(supergraph: Supergraph, hidden: Callable[[object], bool]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {
        n: [] for n, t in supergraph.types.items() if isinstance(t, InterfaceType | UnionType)
    }
    for type_ in supergraph.types.values():
        if isinstance(type_, ObjectType) and not hidden(type_):
            for interface in type_.interfaces:
                found.setdefault(interface, []).append(type_.name)
        elif isinstance(type_, UnionType):
            found[type_.name] += [name for name in type_.member_names if not hidden(supergraph.types.get(name))]
    return {name: tuple(types) for name, types in found.items()}


def _visible_fields(supergraph: Supergraph) -> dict[str, tuple[str, ...]]:
    hidden = _Hidden(supergraph)
    return {
        type_.name: tuple(
            element.name
            for element in type_.fields.values()
            if not hidden(element) and not hidden(supergraph.types.get(named_type(element.type)))
        )
        for type_ in supergraph.types.values()
        if isinstance(type_, ObjectType)
    }


class _Hidden:
    """Tells whether an element is inaccessible to clients."""

    def __init__(self, supergraph: Supergraph) -> None:
        self._name = directive_name(supergraph, "inaccessible")

    def __call__(self, element: object) -> bool:
        applied = getattr(element, "directives", ())
        return self._name is not None and any(directive.name == self._name for directive in applied)


def _contexts(supergraph: Supergraph) -> dict[str, tuple[str, ...]]:
    directive = directive_name(supergraph, "context")
    if directive is None:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for type_ in supergraph.types.values():
        names = [
            value.strip('"')
            for applied in type_.directives
            if applied.name == directive
            for argument, value in applied.arguments
            if argument == "name"
        ]
        if names:
            found[type_.name] = tuple(names)
    return found
