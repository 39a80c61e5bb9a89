"""Satisfiability: every field of the API schema can be resolved from every state of an operation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from textwrap import indent

from hanse_schema.diagnostics import Diagnostic, Location, Severity
from hanse_schema.satisfiability.explain import reasons
from hanse_schema.satisfiability.operation import print_operation
from hanse_schema.satisfiability.requirements import out_of_reach
from hanse_schema.satisfiability.runtime_types import check_shared
from hanse_schema.satisfiability.traverse import DeadEnd, Findings, Walk
from hanse_schema.satisfiability.world import World, survey
from hanse_schema.subgraph.model import SubgraphSchema
from hanse_schema.supergraph.model import ObjectType, Supergraph
from hanse_schema.type_ref import named_type


def check(supergraph: Supergraph, subgraphs: Sequence[SubgraphSchema] = ()) -> list[Diagnostic]:
    """The errors and hints of a walk over all possible operations.

    SATISFIABILITY_ERROR for each field that some operation cannot resolve, with the shortest operation and, subgraph
    by subgraph, the reason; SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES and the hint
    INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN for shared fields of an abstract type; the hint
    REQUIRES_WITHOUT_RESOLVABLE_KEY for fields whose requirements cannot be sent. `subgraphs` are only used for the
    locations of the fields.
    """
    walk = Walk(survey(supergraph))
    findings = walk.run()
    diagnostics = [_dead_end(walk, dead_end, subgraphs) for dead_end in findings.dead_ends.values()]
    diagnostics += [_mutation(walk, name, failed, subgraphs) for name, failed in findings.mutations.items()]
    shared = [check_shared(walk.world, shared) for shared in findings.shared.values()]
    diagnostics += _once(diagnostic for diagnostic in shared if diagnostic is not None)
    failed = {diagnostic.coordinate for diagnostic in diagnostics}
    hints = [_out_of_reach(walk.world, *found, subgraphs) for found in out_of_reach(supergraph)]
    return diagnostics + [hint for hint in hints if hint.coordinate not in failed]


def _out_of_reach(world: World, type_: str, field: str, graph: str, subgraphs: Sequence[SubgraphSchema]) -> Diagnostic:
    name = world.name(graph)
    return Diagnostic(
        "REQUIRES_WITHOUT_RESOLVABLE_KEY",
        f'{type_}.{field} in subgraph "{name}" has @requires, but nothing can be sent there: every @key on {type_} in'
        " it is `resolvable: false`. Operations that ask for the field fail unless another subgraph resolves it.",
        Severity.HINT,
        locations=_locations((type_,), field, [subgraph for subgraph in subgraphs if subgraph.name == name]),
        coordinate=f"{type_}.{field}",
    )


def _once(diagnostics: Iterable[Diagnostic]) -> Iterable[Diagnostic]:
    """The first diagnostic of each coordinate and code."""
    return {(diagnostic.code, diagnostic.coordinate): diagnostic for diagnostic in reversed(list(diagnostics))}.values()


def _dead_end(walk: Walk, dead_end: DeadEnd, subgraphs: Sequence[SubgraphSchema]) -> Diagnostic:
    world = walk.world
    coordinate = f"{dead_end.type}.{dead_end.field}" if dead_end.field else dead_end.type
    operation = print_operation(world.supergraph, dead_end.step, is_leaf=_is_leaf(world, dead_end))
    why = "\n".join(f"- {reason}" for reason in reasons(world, walk.reach(dead_end.state.labels), dead_end))
    message = f"No subgraph can answer {coordinate} in this operation:\n\n{operation}\n\n{why}"
    types = (dead_end.type, *world.interfaces.get(dead_end.type, ()))  # an interface object can represent the type
    locations = _locations(types, dead_end.field, subgraphs)
    return Diagnostic("SATISFIABILITY_ERROR", message, locations=locations, coordinate=coordinate, operation=operation)


def _mutation(walk: Walk, name: str, failed: Mapping[str, Findings], subgraphs: Sequence[SubgraphSchema]) -> Diagnostic:
    """An error about a shared mutation, which is called once and so must be resolved by one of its subgraphs.

    It has no single operation: each subgraph fails to answer another one.
    """
    root = walk.world.supergraph.mutation or "Mutation"
    tried = []
    for graph, findings in failed.items():
        errors = "\n".join(_dead_end(walk, dead_end, ()).message for dead_end in findings.dead_ends.values())
        tried.append(f'Called in subgraph "{walk.world.name(graph)}":\n\n{indent(errors, "  ")}')
    return Diagnostic(
        "SATISFIABILITY_ERROR",
        f"{root}.{name} is in several subgraphs. As a mutation it is called in one of them only, but none can then"
        " answer all that may be asked of its result:\n\n" + "\n\n".join(tried),
        locations=_locations((root,), name, subgraphs),
        coordinate=f"{root}.{name}",
    )


def _is_leaf(world: World, dead_end: DeadEnd) -> bool:
    definition = world.supergraph.types[dead_end.type]
    if dead_end.field is None or not isinstance(definition, ObjectType):
        return False
    type_ = named_type(definition.fields[dead_end.field].type)
    return type_ not in world.fields and type_ not in world.runtime_types


def _locations(types: Sequence[str], field: str | None, subgraphs: Sequence[SubgraphSchema]) -> tuple[Location, ...]:
    """The subgraphs' definitions of the field, on the first of the types that has it there."""
    places = []
    for subgraph in subgraphs:
        defined = [subgraph.types[type_].fields for type_ in types if type_ in subgraph.types]
        nodes = [fields[field].node for fields in defined if field in fields]
        places += [subgraph.location(node) for node in nodes[:1]]
    return tuple(places)
