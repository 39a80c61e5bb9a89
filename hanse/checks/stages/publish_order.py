"""Several subgraphs that change together: in which order they can be published one by one."""

from __future__ import annotations

from collections.abc import Iterator

from hanse.checks.graphs import compose_graph
from hanse.checks.request import CheckRequest
from hanse_schema.checks.report import CheckName, Detail, Finding, Level
from hanse_schema.compose import IngestCache
from hanse_schema.diagnostics import Diagnostic
from hanse_schema.subgraph.model import SubgraphSource

MAX_SUBGRAPHS = 6  # that change; every step composes each of the rest


def check_publish_order(request: CheckRequest) -> Iterator[Finding]:
    """A warning with the order in which the subgraphs compose at every step, or that there is none.

    There is no finding where the subgraphs can be published in any order that begins with any of them.
    """
    changed = request.changed
    if not 2 <= len(changed) <= MAX_SUBGRAPHS:
        return
    cache = IngestCache()
    current = dict(request.before)
    first = {name: _errors(_with(current, request, name), cache) for name in changed}
    blocked = {name: errors for name, errors in first.items() if errors}
    if not blocked:
        return
    order: list[str] = []
    while len(order) < len(changed):
        rest = (name for name in changed if name not in order)
        following = next((name for name in rest if not _errors(_with(current, request, name), cache)), None)
        if following is None:
            break
        current = _with(current, request, following)
        order.append(following)
    yield _finding(changed, order, blocked)


def _finding(changed: tuple[str, ...], order: list[str], blocked: dict[str, tuple[Diagnostic, ...]]) -> Finding:
    reasons = "\n".join(f"{name} alone: {errors[0]}" for name, errors in blocked.items())
    details = [Detail("Why not in another order", reasons)]
    rest = [name for name in changed if name not in order]
    if rest:
        message = (
            f"{', '.join(rest)} cannot be published one by one: no order composes at every step. Split the change, "
            "so that "
            "each step composes, or publish them together."
        )
        return Finding(
            CheckName.REQUIREMENTS,
            Level.WARNING,
            "NO_PUBLISH_ORDER",
            message,
            subject=" ".join(rest),
            details=(*details,),
        )
    steps = "\n".join(f"{number}. Publish {name}." for number, name in enumerate(order, 1))
    return Finding(
        CheckName.REQUIREMENTS,
        Level.WARNING,
        "PUBLISH_ORDER",
        f"Publish the subgraphs in this order: {', '.join(order)}. {', '.join(blocked)} does not compose before.",
        subject=" ".join(order),
        details=(Detail("Deployment order", steps), *details),
    )


def _with(current: dict[str, SubgraphSource], request: CheckRequest, name: str) -> dict[str, SubgraphSource]:
    """The subgraphs, with one of them as after the change."""
    rest = {other: source for other, source in current.items() if other != name}
    return rest | ({name: request.after[name]} if name in request.after else {})


def _errors(subgraphs: dict[str, SubgraphSource], cache: IngestCache) -> tuple[Diagnostic, ...]:
    return compose_graph(subgraphs.values(), cache)[0].errors
