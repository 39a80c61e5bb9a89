"""Changes of the directives that are applied to elements: access, costs, rate limits, and custom directives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from hanse_schema.checks.changes.access import admits
from hanse_schema.checks.changes.applied import Applied
from hanse_schema.checks.changes.change import Change
from hanse_schema.checks.changes.kinds import ChangeKind
from hanse_schema.checks.changes.reach import Reach
from hanse_schema.supergraph.model import AppliedDirective

ACCESS = frozenset({"authenticated", "requiresScopes", "policy"})
LIMITS = frozenset({"cost", "listSize", "rateLimit"})
# Other rules compare what these mean, or they mean nothing to clients.
IGNORED = frozenset(
    {
        *("deprecated", "specifiedBy", "oneOf"),
        *("cacheControl", "cacheTag", "composeDirective", "context", "external", "fromContext", "inaccessible"),
        *("interfaceObject", "key", "link", "override", "provides", "requires", "shareable", "tag"),
    }
)


def application_changes(before: Applied, after: Applied, elements: frozenset[str], reach: Reach) -> Iterator[Change]:
    """The changes of the directives on elements with the given coordinates, which exist before and after."""
    for coordinate in [*before, *(coordinate for coordinate in after if coordinate not in before)]:
        if coordinate in elements:
            usable = not coordinate or coordinate.partition(".")[0] in reach
            for change in _element_changes(coordinate, before.get(coordinate, ()), after.get(coordinate, ())):
                yield replace(change, usable=usable)


def _element_changes(
    coordinate: str, before: Iterable[AppliedDirective], after: Iterable[AppliedDirective]
) -> Iterator[Change]:
    old, new = _by_name(before), _by_name(after)
    for name in sorted(old.keys() | new.keys()):
        if name not in IGNORED and old.get(name) != new.get(name):
            yield _change(coordinate, name, old.get(name, []), new.get(name, []))


def _by_name(directives: Iterable[AppliedDirective]) -> dict[str, list[AppliedDirective]]:
    """The applications of each directive; neither their order nor that of arguments matters."""
    found: dict[str, list[AppliedDirective]] = {}
    for directive in directives:
        found.setdefault(directive.name, []).append(
            AppliedDirective(directive.name, tuple(sorted(directive.arguments)))
        )
    return {name: sorted(applications, key=lambda one: one.arguments) for name, applications in found.items()}


def _change(coordinate: str, name: str, old: list[AppliedDirective], new: list[AppliedDirective]) -> Change:
    element = coordinate or "The schema"
    if not old:
        kind, message = ChangeKind.APPLICATION_ADDED, f"{element} now has {_printed(new)}."
    elif not new:
        kind, message = ChangeKind.APPLICATION_REMOVED, f"{element} no longer has {_printed(old)}."
    else:
        kind, message = ChangeKind.APPLICATION_CHANGED, f"{element} has {_printed(new)}, before {_printed(old)}."
    if name in ACCESS:
        kind = ChangeKind.ACCESS_RELAXED if admits(old, new) else ChangeKind.ACCESS_TIGHTENED
    elif name in LIMITS:
        kind = ChangeKind.LIMIT_CHANGED
    return Change(kind, coordinate, message, f"@{name}")


def _printed(applications: Iterable[AppliedDirective]) -> str:
    """The applications in GraphQL."""
    return " ".join(map(_printed_one, applications))


def _printed_one(application: AppliedDirective) -> str:
    arguments = ", ".join(f"{name}: {value}" for name, value in application.arguments)
    return f"@{application.name}({arguments})" if arguments else f"@{application.name}"
