"""Changes of schemas under one name: what changed (a family of kinds), where, and which part of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from hanse_schema.checks.changes import Change, ChangeLevel

GRAPHQL_JS, INSPECTOR = "graphql-js", "GraphQL Inspector"

Key = tuple[str, str, str]
"""The family, the schema coordinate and the subject."""


@dataclass(frozen=True, slots=True)
class Event:
    """A change of an oracle. `name` is its type and level."""

    name: str
    level: ChangeLevel
    key: Key
    is_applied_argument: bool = False


# The first pattern that is found in a kind or type names its family.
_FAMILIES: tuple[tuple[str, str], ...] = (
    ("DESCRIPTION", "description"),
    ("DEPRECATION", "deprecation"),
    ("ONE_OF", "one of"),
    ("SPECIFIED_BY", "url"),
    ("^ACCESS|^APPLICATION|^LIMIT", "application"),
    ("DEFAULT|BECAME", "default"),
    ("KIND_CHANGED|TYPE_CHANGED_KIND", "kind"),
    ("^ROOT|^SCHEMA", "root"),
    ("INTERFACE_PARENT|OBJECT_INTERFACE|OBJECT_TYPE_INTERFACE|IMPLEMENTED_INTERFACE", "interface"),
    ("UNION", "member"),
    ("LOCATION", "location"),
    ("REPEATABLE", "repeatable"),
    ("TYPE_CHANGED|TYPE_WIDENED|TYPE_NARROWED|CHANGED_KIND", "type"),
    ("ADDED", "added"),
    ("REMOVED", "removed"),
)
_BUILT_IN = {"deprecated": "deprecation", "oneOf": "one of", "specifiedBy": "url"}


def family(name: str) -> str:
    """The family of a kind of change."""
    return next(family for pattern, family in _FAMILIES if re.search(pattern, name))


def key_of(change: Change) -> Key:
    """The name of one of our changes."""
    return family(change.kind.name), change.coordinate, change.subject


def around(key: Key) -> Iterator[str]:
    """The coordinates of the element, and of those that it belongs to."""
    coordinate = key[1]
    yield coordinate
    if "(" in coordinate:
        coordinate = coordinate.partition("(")[0]
        yield coordinate
    yield coordinate.partition(".")[0]


_Names = tuple[str, str]
"""A schema coordinate and a subject."""
_N = r"(\w+)"
_MESSAGES: tuple[tuple[str, Callable[..., _Names]], ...] = (
    (rf"^Standard scalar {_N} was removed", lambda name: (name, "")),
    (rf"^{_N} was (?:added to|removed from) (?:enum type) {_N}\.$", lambda value, enum: (f"{enum}.{value}", "")),
    (rf"^{_N} was (?:added to|removed from) (?:union type) {_N}\.$", lambda member, union: (union, member)),
    (rf"^{_N} no longer implements interface {_N}\.$", lambda name, interface: (name, interface)),
    (rf"^{_N} added to interfaces implemented by {_N}\.$", lambda interface, name: (name, interface)),
    (rf"^An? (?:required|optional) field {_N} on input type {_N} was", lambda field, name: (f"{name}.{field}", "")),
    (rf"^An? (?:required|optional) arg {_N} on {_N}\.{_N} was", lambda arg, t, field: (f"{t}.{field}({arg}:)", "")),
    (rf"^A required arg {_N} on directive {_N} was", lambda argument, name: (f"@{name}({argument}:)", "")),
    (rf"^Repeatable flag was removed from {_N}\.$", lambda name: (f"@{name}", "")),
    (rf"^{_N}\.{_N} arg {_N} ", lambda name, field, argument: (f"{name}.{field}({argument}:)", "")),
    (rf"^{_N}\.{_N} ", lambda name, field: (f"{name}.{field}", "")),
    (rf"^{_N} (?:was removed\.$|changed from)", lambda name: (name, "")),
)
_DIRECTIVE_MESSAGES: dict[str, Callable[[str, str], _Names]] = {
    "DIRECTIVE_ARG_REMOVED": lambda argument, name: (f"@{name}({argument}:)", ""),
    "DIRECTIVE_LOCATION_REMOVED": lambda location, name: (f"@{name}", location),
}


def of_graphql_js(change: dict[str, Any]) -> Event:
    """A change of graphql-js: its elements are in the message only."""
    type_, message = change["type"], change["message"]
    if type_ == "DIRECTIVE_REMOVED":
        names = (f"@{message.split()[0]}", "")
    elif type_ in _DIRECTIVE_MESSAGES:
        names = _DIRECTIVE_MESSAGES[type_](message.split()[0], message.split()[-1].rstrip("."))
    else:
        names = next(make(*found.groups()) for pattern, make in _MESSAGES if (found := re.match(pattern, message)))
    return _event(type_, change["level"], family(type_), names)


# Where the subject of a change is in its `meta`.
_SUBJECTS = (
    "addedUnionMemberTypeName",
    "removedUnionMemberTypeName",
    "addedInterfaceName",
    "removedInterfaceName",
    "addedDirectiveLocation",
    "removedDirectiveLocation",
)


def of_inspector(change: dict[str, Any]) -> Event:
    """A change of GraphQL Inspector: its elements are in the path and in `meta`."""
    type_, meta, path = change["type"], change["meta"], change["path"]
    if type_.startswith("SCHEMA"):
        return _event(type_, change["level"], "root", ("", type_.split("_")[1].lower()))
    element, _, applied = path.partition(".@")
    if type_.startswith("DIRECTIVE_USAGE"):
        name = applied.partition(".")[0]
        used = _BUILT_IN.get(name, "application")
        event = _event(
            type_, change["level"], used, (_coordinate(element), f"@{name}" if used == "application" else "")
        )
        return replace(event, is_applied_argument="." in applied)
    if argument := meta.get("addedDirectiveArgumentName"):
        element = f"{element}.{argument}"
    subject = next((meta[name] for name in _SUBJECTS if name in meta), "")
    return _event(type_, change["level"], family(type_), (_coordinate(element), subject))


def _coordinate(path: str) -> str:
    """A path as a schema coordinate: `Query.a.x` is `Query.a(x:)`."""
    parts = path.split(".")
    if path.startswith("@"):
        return parts[0] if len(parts) == 1 else f"{parts[0]}({parts[1]}:)"
    return path if len(parts) < 3 else f"{parts[0]}.{parts[1]}({parts[2]}:)"


def _event(type_: str, level: str, of_family: str, names: _Names) -> Event:
    return Event(f"{type_} {level.lower()}", ChangeLevel(level.lower()), (of_family, *names))
