"""Why nobody can answer: for each subgraph in turn, what keeps it from helping at a dead end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schema.satisfiability.reach import Position, Positions, Reach
from schema.satisfiability.selections import FieldPick, Selections, print_selections
from schema.satisfiability.subgraph_view import Key, SubgraphField, World
from schema.satisfiability.traverse import Contexts, DeadEnd

_LISTED = 10


def reasons(world: World, reach: Reach, dead_end: DeadEnd) -> list[str]:
    """One sentence a subgraph; those that merely do not know the field share one at the end."""
    return list(_Explanation(world, reach, dead_end).sentences())


class _Explanation:
    def __init__(self, world: World, reach: Reach, dead_end: DeadEnd) -> None:
        self._world = world
        self._reach = reach
        self._dead_end = dead_end
        self._type = dead_end.type
        self._starts = dead_end.state.positions
        self._reached_from = [reach.positions(start, self._type) for start in sorted(self._starts, key=_by_graph)]
        self._reached = frozenset[Position]().union(*self._reached_from)
        self._from = _names([world.name(graph) for graph in world.views if graph in {p.graph for p in self._reached}])

    def sentences(self) -> Iterator[str]:
        return self._field_sentences(self._dead_end.field) if self._dead_end.field else self._type_sentences()

    def _field_sentences(self, name: str) -> Iterator[str]:
        world, coordinate = self._world, f"{self._type}.{name}"
        without: list[str] = []
        for graph, view in world.views.items():
            reached = [position for position in self._reached if position.graph == graph]
            subgraph = f'subgraph "{world.name(graph)}"'
            if reached:
                yield f"{subgraph} is reached, but {self._why_not_here(reached, name)}"
                continue
            types = [self._type, *(i for i in world.interfaces.get(self._type, ()) if i in view.interface_objects)]
            having = [type_ for type_ in types if name in view.fields.get(type_, {})]
            if having:
                field = view.fields[having[0]][name]
                held = "marks" if field.external else "has"
                suffix = " @external" if field.external else ""
                yield f"{subgraph} {held} {coordinate}{suffix}, but {self._why_not_entered(graph, having[0])}"
            else:
                without.append(world.name(graph))
        if without:
            yield f"{_names(without)} {'does' if len(without) == 1 else 'do'} not define {coordinate}"

    def _why_not_here(self, reached: Sequence[Position], name: str) -> str:
        coordinate = f"{self._type}.{name}"
        found = ((p, self._world.views[p.graph].fields.get(p.type, {}).get(name)) for p in reached)
        having = [(position, field) for position, field in found if field is not None]
        if not having:
            return f"does not define {coordinate}"
        position, field = having[0]
        if not self._reach.label_holds(field) and field.label is not None:
            held = "while" if field.label[1] else "unless"
            return f'resolves {coordinate} only {held} the override label "{field.label[0]}" is on'
        if field.external:
            return f"cannot resolve {coordinate}, which it marks @external"
        if field.requires and self._reach.step(position, self._type, name) is None:
            missing = self._missing(field.requires, self._reach.positions(position, self._type))
            needed = print_selections(field.requires)
            return f'{coordinate} has @requires(fields: "{needed}"), and {missing} cannot be had there'
        return self._why_no_context(field, self._dead_end.state.contexts)

    def _why_no_context(self, field: SubgraphField, contexts: Contexts) -> str:
        coordinate, set_on_the_way = f"{self._type}.{field.name}", dict(contexts)
        for argument in field.contexts:
            context = argument.context.partition("__")[2] or argument.context
            if argument.context not in set_on_the_way:
                return f'{coordinate} needs the context "{context}", which nothing on the way sets'
        names = _names([argument.name for argument in field.contexts], of="argument")
        return f"{coordinate} cannot have its {names} filled from what sets the context on the way"

    def _why_not_entered(self, graph: str, type_: str) -> str:
        keys = self._world.views[graph].keys.get(type_, [])
        if not keys:
            return f"has no @key on {type_} by which to enter it from {self._from}"
        resolvable = [key for key in keys if key.resolvable]
        if not resolvable:
            return f"cannot be entered: every @key on {type_} there is `resolvable: false`"
        return "; ".join(dict.fromkeys(self._why_not_by(key) for key in resolvable))

    def _why_not_by(self, key: Key) -> str:
        # Each start has to do by itself: a field is answered by one of them, without help of the others.
        missing = next(filter(None, (self._missing(key.selections, reached) for reached in self._reached_from)), None)
        needed = missing or f"the real type of the {self._type}"
        return f'entering it by @key(fields: "{key.text}") needs {needed}, which cannot be had from {self._from}'

    def _missing(self, selections: Selections, reached: Positions) -> str | None:
        """The first part of a field set that cannot be collected."""
        for pick in selections:
            if not self._reach.collect((pick,), reached, self._type):
                if isinstance(pick, FieldPick):
                    beneath = f" {{ {print_selections(pick.selections)} }}" if pick.selections else ""
                    return f"{self._type}.{pick.name}{beneath}"
                return print_selections((pick,))
        return None

    def _type_sentences(self) -> Iterator[str]:
        """Why an interface object's real type cannot be told."""
        world = self._world
        interfaces = {position.type for position in self._starts}
        for graph in dict.fromkeys(position.graph for position in self._starts):
            names = ", ".join(sorted(p.type for p in self._starts if p.graph == graph))
            yield f'subgraph "{world.name(graph)}" has {names} as @interfaceObject and cannot tell its real type'
        for graph, view in world.views.items():
            for interface in sorted(interfaces & view.runtime_types.keys()):
                why = self._why_not_entered(graph, interface)
                yield f'subgraph "{world.name(graph)}" knows the types of {interface}, but {why}'


def _by_graph(position: Position) -> tuple[str, str]:
    return position.graph, position.type


def _names(names: Sequence[str], of: str = "subgraph") -> str:
    quoted = [f'"{name}"' for name in names[:_LISTED]]
    if len(names) > _LISTED:
        return f"{of}s {', '.join(quoted)} and {len(names) - _LISTED} more"
    if len(quoted) == 1:
        return f"{of} {quoted[0]}"
    return f"{of}s {', '.join(quoted[:-1])} and {quoted[-1]}"
