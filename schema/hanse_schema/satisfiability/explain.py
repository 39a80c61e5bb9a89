"""Explains dead ends: for each subgraph, why it cannot resolve the field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hanse_schema.query_graph import FieldEdge, FieldPick, Node, Picks, parse_picks, print_picks
from hanse_schema.satisfiability.reach import Nodes, Reach
from hanse_schema.satisfiability.traverse import Contexts, DeadEnd
from hanse_schema.satisfiability.world import World
from hanse_schema.supergraph.model import InterfaceType, ObjectType

_LISTED = 10


def reasons(world: World, reach: Reach, dead_end: DeadEnd) -> Iterator[str]:
    """One sentence per subgraph; those that do not have the field share one at the end."""
    explanation = _Explanation(world, reach, dead_end)
    if dead_end.field is None:
        return explanation.of_type()
    return explanation.of_field(dead_end.field)


class _Explanation:
    def __init__(self, world: World, reach: Reach, dead_end: DeadEnd) -> None:
        self._world = world
        self._graph = world.graph
        self._reach = reach
        self._type = dead_end.type
        self._contexts = dead_end.state.contexts
        self._starts = sorted(dead_end.state.nodes, key=str)
        # Each start must suffice on its own: a field is resolved by one of them, without the others.
        self._reached_from = [reach.nodes(start, self._type) for start in self._starts]
        self._reached = sorted(frozenset[Node]().union(*self._reached_from), key=str)
        graphs = dict.fromkeys(node.graph for node in self._reached)
        self._from = _names([world.name(graph) for graph in world.supergraph.subgraphs if graph in graphs])

    def of_field(self, name: str) -> Iterator[str]:
        """Why the field cannot be resolved."""
        coordinate = f"{self._type}.{name}"
        without: list[str] = []
        for graph, info in self._world.supergraph.subgraphs.items():
            reached = [node for node in self._reached if node.graph == graph]
            if reached:
                yield f'subgraph "{info.name}" is reached, but {self._why_not_here(reached, name)}'
                continue
            known = self._entrance(graph, name)
            if known is not None:
                held = f"has {coordinate}" if self._edge(known, name) else f"marks {coordinate} @external"
                yield f'subgraph "{info.name}" {held}, but {self._why_not_entered(known)}'
            else:
                without.append(info.name)
        if without:
            yield f"{_names(without)} {'does' if len(without) == 1 else 'do'} not define {coordinate}"

    def of_type(self) -> Iterator[str]:
        """Why an interface object's real type cannot be determined."""
        for node in self._starts:
            subgraph = f'subgraph "{self._world.name(node.graph)}"'
            yield f"{subgraph} has {node.type} as @interfaceObject and cannot tell its real type"
        for graph, info in self._world.supergraph.subgraphs.items():
            for interface in sorted({node.type for node in self._starts}):
                if (graph, interface) in self._graph.runtime:
                    why = self._why_not_entered(Node(graph, interface))
                    yield f'subgraph "{info.name}" knows the types of {interface}, but {why}'

    def _entrance(self, graph: str, name: str) -> Node | None:
        """Where the subgraph has the field: on the type, or on an interface object that represents it."""
        for type_ in (self._type, *self._world.interfaces.get(self._type, ())):
            node = Node(graph, type_)
            if self._graph.is_object(node) and (self._edge(node, name) or self._external(node, name)):
                return node
        return None

    def _edge(self, node: Node, name: str) -> FieldEdge | None:
        return self._graph.field(node, name)

    def _external(self, node: Node, name: str) -> bool:
        return name in self._graph.external.get((node.graph, node.type), {})

    def _why_not_here(self, reached: Sequence[Node], name: str) -> str:
        coordinate = f"{self._type}.{name}"
        found = [(node, edge) for node in reached if (edge := self._edge(node, name)) is not None]
        if not found:
            known = next((node for node in reached if self._external(node, name)), None)
            return self._why_external(known, name) if known is not None else f"does not define {coordinate}"
        node, edge = found[0]
        if not self._reach.label_holds(edge) and edge.condition is not None:
            held = "while" if edge.condition.active else "unless"
            return f'resolves {coordinate} only {held} the override label "{edge.condition.label}" is on'
        if edge.requires:
            missing = self._missing(edge.requires, self._reach.nodes(node, self._type))
            no_return = f"there is no @key of {self._type} to be had there, by which to call it again with them"
            why = f"{missing} cannot be had there" if missing else no_return
            return f'{coordinate} has @requires(fields: "{print_picks(edge.requires)}"), and {why}'
        return self._why_no_context(edge, self._contexts)

    def _why_external(self, node: Node, name: str) -> str:
        definition = self._world.supergraph.types[node.type]
        assert isinstance(definition, ObjectType | InterfaceType)
        joins = definition.fields[name].joins
        overridden = any(join.graph == node.graph and join.used_overridden for join in joins)
        why = "another subgraph overrides" if overridden else "it marks @external"
        return f"cannot resolve {self._type}.{name}, which {why}"

    def _why_no_context(self, edge: FieldEdge, contexts: Contexts) -> str:
        coordinate, set_on_the_way = f"{self._type}.{edge.name}", dict(contexts)
        for argument in edge.contexts:
            context = argument.context.partition("__")[2] or argument.context
            if argument.context not in set_on_the_way:
                return f'{coordinate} needs the context "{context}", which nothing on the way sets'
        names = _names([argument.name for argument in edge.contexts], of="argument")
        return f"{coordinate} cannot have its {names} filled from what sets the context on the way"

    def _why_not_entered(self, node: Node) -> str:
        definition = self._world.supergraph.types[node.type]
        assert isinstance(definition, ObjectType | InterfaceType)
        keys = [join for join in definition.joins if join.graph == node.graph and join.key is not None]
        if not keys:
            return f"has no @key on {node.type} by which to enter it from {self._from}"
        resolvable = [join.key for join in keys if join.resolvable and join.key is not None]
        if not resolvable:
            return f"cannot be entered: every @key on {node.type} there is `resolvable: false`"
        return "; ".join(dict.fromkeys(map(self._why_not_by, resolvable)))

    def _why_not_by(self, key: str) -> str:
        picks = parse_picks(key)
        missing = next(filter(None, (self._missing(picks, reached) for reached in self._reached_from)), None)
        needed = missing or f"the real type of the {self._type}"
        return f'entering it by @key(fields: "{key}") needs {needed}, which cannot be had from {self._from}'

    def _missing(self, picks: Picks, reached: Nodes) -> str | None:
        """The first part of a field set that cannot be collected."""
        for pick in picks:
            if not self._reach.collect((pick,), reached, self._type):
                return f"{self._type}.{print_picks((pick,))}" if isinstance(pick, FieldPick) else print_picks((pick,))
        return None


def _names(names: Sequence[str], of: str = "subgraph") -> str:
    quoted = [f'"{name}"' for name in names[:_LISTED]]
    if len(names) > _LISTED:
        return f"{of}s {', '.join(quoted)} and {len(names) - _LISTED} more"
    if len(quoted) < 2:
        return f"{of} {''.join(quoted)}"
    return f"{of}s {', '.join(quoted[:-1])} and {quoted[-1]}"
