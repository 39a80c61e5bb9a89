"""Flattens a plan's tree: the fetches to execute, and those that each of them depends on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hanse_router.execute.conditions import Booleans, any_holds
from hanse_router.operation_kind import OperationKind
from hanse_router.query_plan import Condition, Fetch, Parallel, PlanNode, Sequence, Subscription


@dataclass(frozen=True, slots=True)
class Step:
    """A fetch, and the indices of the steps that it waits for."""

    fetch: Fetch
    waits_for: tuple[int, ...]


def plan_steps(node: PlanNode | None, booleans: Booleans) -> tuple[Step, ...]:
    """The fetches to execute for these values of variables, in an order in which they could run one by one.

    A fetch waits for what it depends on; a mutation's root fetch also for all that comes before it, since mutations
    run in series (GraphQL specification, 6.2.2).
    """
    order = list(_walk(node, booleans, frozenset()))
    index_of = {fetch.id: index for index, (fetch, _) in enumerate(order)}
    needs = {fetch.id: fetch.depends_on for fetch in all_fetches(node)}
    return tuple(Step(fetch, _indices((*fetch.depends_on, *before), index_of, needs)) for fetch, before in order)


def all_fetches(node: PlanNode | None) -> Iterator[Fetch]:
    """Every fetch of the plan but the subscribing one, whatever the conditions."""
    match node:
        case Fetch():
            yield node
        case Sequence() | Parallel():
            for child in node.nodes:
                yield from all_fetches(child)
        case Condition():
            yield from all_fetches(node.node)
        case Subscription():
            yield from all_fetches(node.rest)
        case None:
            return


def _indices(ids: Iterable[int], index_of: Mapping[int, int], needs: Mapping[int, tuple[int, ...]]) -> tuple[int, ...]:
    """The indices of the fetches that run. One that does not run is replaced by those that it would wait for."""
    found: set[int] = set()
    seen: set[int] = set()
    open_ = list(ids)
    while open_:
        id_ = open_.pop()
        if id_ in index_of:
            found.add(index_of[id_])
        elif id_ not in seen:
            seen.add(id_)
            open_.extend(needs.get(id_, ()))
    return tuple(sorted(found))


def _walk(node: PlanNode | None, booleans: Booleans, before: frozenset[int]) -> Iterator[tuple[Fetch, frozenset[int]]]:
    match node:
        case Fetch():
            serial = node.kind is OperationKind.MUTATION and not node.groups
            yield node, before if serial else frozenset()
        case Sequence():
            for child in node.nodes:
                walked = list(_walk(child, booleans, before))
                yield from walked
                before |= {fetch.id for fetch, _ in walked}
        case Parallel():
            for child in node.nodes:
                yield from _walk(child, booleans, before)
        case Condition():
            if any_holds(node.any_of, booleans):
                yield from _walk(node.node, booleans, before)
        case Subscription():
            yield from _walk(node.rest, booleans, before)
        case None:
            return
