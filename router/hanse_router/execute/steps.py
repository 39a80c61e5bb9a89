"""The plan's tree made flat: the fetches that run, and which of them each waits for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hanse_router.execute.conditions import Booleans, any_holds
from hanse_router.operation_kind import OperationKind
from hanse_router.query_plan import Condition, Fetch, Parallel, PlanNode, Sequence, Subscription


@dataclass(frozen=True, slots=True)
class Step:
    """A fetch, and the places in the list of steps of those it waits for."""

    fetch: Fetch
    waits_for: tuple[int, ...]


def plan_steps(node: PlanNode | None, booleans: Booleans) -> tuple[Step, ...]:
    """The fetches to run where the variables have these values, in an order in which they could run one by one.

    A fetch waits for what it depends on; a mutation's root fetch also for all that comes before it, since mutations
    run in series (GraphQL specification, 6.2.2).
    """
    order = list(_walk(node, booleans, frozenset()))
    place = {fetch.id: index for index, (fetch, _) in enumerate(order)}
    needs = {fetch.id: fetch.depends_on for fetch in all_fetches(node)}
    return tuple(Step(fetch, _places((*fetch.depends_on, *before), place, needs)) for fetch, before in order)


def all_fetches(node: PlanNode | None) -> Iterator[Fetch]:
    """Every fetch of the plan below the subscribing one, whatever the conditions."""
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


def _places(ids: Iterable[int], place: Mapping[int, int], needs: Mapping[int, tuple[int, ...]]) -> tuple[int, ...]:
    """The places of those that run; instead of one that does not, of those it would have waited for."""
    found: set[int] = set()
    seen: set[int] = set()
    open_ = list(ids)
    while open_:
        id_ = open_.pop()
        if id_ in place:
            found.add(place[id_])
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
