"""MISSING_TRANSITIVE_AUTH_REQUIREMENTS: a field requires the access that its input data requires.

Otherwise `@requires` or `@fromContext` would bypass access control.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graphql import parse_const_value

from hanse_schema.compose.context_arguments import split_field_value
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sources import FieldSource
from hanse_schema.compose.strategies import all_of_both
from hanse_schema.subgraph.field_set import FieldSetError, Selection, parse_field_set
from hanse_schema.subgraph.model import applied, has, string_argument
from hanse_schema.subgraph.values import python_value
from hanse_schema.supergraph.model import AppliedDirective, InterfaceType, ObjectType
from hanse_schema.type_ref import named_type

Alternatives = list[list[str]]


@dataclass(frozen=True, slots=True)
class Requirements:
    """What an element requires of a caller: authentication, one alternative of scopes, and one of policies."""

    authenticated: bool = False
    scopes: Alternatives | None = None
    policies: Alternatives | None = None

    def both(self, other: Requirements) -> Requirements:
        """The requirements that satisfy both."""
        return Requirements(
            self.authenticated or other.authenticated,
            _all_of(self.scopes, other.scopes),
            _all_of(self.policies, other.policies),
        )

    def imply(self, other: Requirements) -> bool:
        """Whether a caller that satisfies these also satisfies the other ones."""
        return (
            (self.authenticated or not other.authenticated)
            and _imply(self.scopes, other.scopes)
            and _imply(self.policies, other.policies)
        )


def _all_of(one: Alternatives | None, other: Alternatives | None) -> Alternatives | None:
    if one is None or other is None:
        return one if other is None else other
    return all_of_both(one, other)


def _imply(given: Alternatives | None, needed: Alternatives | None) -> bool:
    if needed is None:
        return True
    return given is not None and all(any(set(group) <= set(mine) for group in needed) for mine in given)


@dataclass(frozen=True, slots=True)
class _Needed:
    """An element that is read, and its requirements."""

    coordinate: str
    requirements: Requirements


def missing_transitive_access(merging: Merging) -> None:
    """Report each field that reads data through `@requires` or `@fromContext` without the data's requirements."""
    if merging.restricts_access:
        check = _Check(merging)
        for owner in merging.types.values():
            for group in owner.fields.values():
                for source in group.sources:
                    if source.part.graph not in group.overridden:
                        check.run(source)


class _Check:
    def __init__(self, merging: Merging) -> None:
        self._merging = merging
        self._types = merging.supergraph.types
        names = merging.carried.applied
        self._authenticated = frozenset(names.get("authenticated", ()))
        self._scopes = frozenset(names.get("requiresScopes", ()))
        self._policies = frozenset(names.get("policy", ()))

    def run(self, source: FieldSource) -> None:
        """Check one subgraph's definition of a field."""
        for directive in applied(source.definition.directives, "requires"):
            text = string_argument(directive, "fields") or ""
            self._compare(source, "@requires", self._read(source.owner.name, text))
        for argument in source.definition.arguments.values():
            for directive in applied(argument.directives, "fromContext"):
                context, selection = split_field_value(string_argument(directive, "field") or "")
                self._compare(source, "@fromContext", self._read_context(source, context, selection))

    def _compare(self, source: FieldSource, directive: str, needed: Iterable[_Needed]) -> None:
        owner = self._types.get(source.owner.name)
        field = owner.fields.get(source.definition.name) if isinstance(owner, ObjectType | InterfaceType) else None
        if owner is None or field is None:
            return
        given = self._of(owner.directives).both(self._of(field.directives))
        lacking = [one for one in needed if not given.imply(one.requirements)]
        if lacking:
            self._merging.report.error(
                "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
                f'`{source.coordinate}` in subgraph "{source.part.name}" reads `{lacking[0].coordinate}` by '
                f"{directive}, but does not ask for the same access: repeat its @authenticated, @requiresScopes or "
                f"@policy on `{source.coordinate}`.",
                [source],
                source.coordinate,
            )

    def _read(self, owner: str, text: str) -> Iterator[_Needed]:
        try:
            selections = parse_field_set(text)
        except FieldSetError:
            return
        yield from self._selected(owner, selections)

    def _read_context(self, source: FieldSource, context: str, selection: str) -> Iterator[_Needed]:
        """The elements read by a selection on a context, for each type that sets it and matches the selection."""
        for name, definition in source.part.schema.types.items():
            if not has(definition.directives, "context") or all(
                string_argument(directive, "name") != context for directive in applied(definition.directives, "context")
            ):
                continue
            type_ = self._types.get(name)
            if type_ is not None:
                yield _Needed(name, self._of(type_.directives))
                yield from self._read(name, selection)

    def _selected(self, owner: str, selections: Iterable[Selection]) -> Iterator[_Needed]:
        for selection in selections:
            if selection.field is None:
                inner = selection.condition or owner
                condition = self._types.get(inner)
                if condition is None or (inner != owner and isinstance(self._types.get(owner), ObjectType)):
                    continue
                if selection.condition is not None:
                    yield _Needed(inner, self._of(condition.directives))
                yield from self._selected(inner, selection.selections or ())
                continue
            type_ = self._types.get(owner)
            field = type_.fields.get(selection.field) if isinstance(type_, ObjectType | InterfaceType) else None
            if field is None:
                continue
            target = self._types.get(named_type(field.type))
            requirements = self._of(field.directives)
            if target is not None:
                requirements = requirements.both(self._of(target.directives))
            yield _Needed(f"{owner}.{field.name}", requirements)
            yield from self._selected(named_type(field.type), selection.selections or ())

    def _of(self, directives: Iterable[AppliedDirective]) -> Requirements:
        authenticated = False
        scopes = policies = None
        for directive in directives:
            if directive.name in self._authenticated:
                authenticated = True
            elif directive.name in self._scopes:
                scopes = _argument(directive)
            elif directive.name in self._policies:
                policies = _argument(directive)
        return Requirements(authenticated, scopes, policies)


def _argument(directive: AppliedDirective) -> Alternatives | None:
    value = python_value(parse_const_value(directive.arguments[0][1])) if directive.arguments else None
    return value if isinstance(value, list) else None
