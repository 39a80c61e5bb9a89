"""The requirements of fields, by the supergraph's authorization directives.

`@requiresScopes(scopes: [["a", "b"], ["c"]])` is met by a and b, or by c; `@policy` the same with policies. A field
also requires what its own type, and the type that it returns, require. Where the type is an interface or a union, any
implementation may come, so all their requirements hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphql import GraphQLSchema, get_named_type, is_abstract_type

from hanse_router.request import Principal
from hanse_schema.supergraph.links import directive_name
from hanse_schema.supergraph.model import AppliedDirective, InterfaceType, ObjectType, Supergraph

Alternatives = frozenset[frozenset[str]]


@dataclass(frozen=True)
class Requirement:
    """A token, one alternative of each set of scopes, and one of each set of policies."""

    authenticated: bool = False
    scopes: frozenset[Alternatives] = frozenset()
    policies: frozenset[Alternatives] = frozenset()

    def met_by(self, principal: Principal) -> bool:
        """Whether the principal meets it."""
        if self.authenticated and not principal.authenticated:
            return False
        return all(any(one <= principal.scopes for one in alternatives) for alternatives in self.scopes) and all(
            any(one <= principal.policies for one in alternatives) for alternatives in self.policies
        )

    def __and__(self, other: Requirement) -> Requirement:
        if other is ALWAYS or other == self:
            return self
        if self is ALWAYS:
            return other
        return Requirement(
            self.authenticated or other.authenticated, self.scopes | other.scopes, self.policies | other.policies
        )

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.authenticated, self.scopes, self.policies))

    @property
    def wanted(self) -> str:
        """The requirement as text for a client."""
        needs = ["sign in"] if self.authenticated or self.scopes or self.policies else []
        needs += [f"the scope {_words(alternatives)} is needed" for alternatives in self.scopes]
        needs += [f"the policy {_words(alternatives)} is needed" for alternatives in self.policies]
        return "; ".join(needs)


def _words(alternatives: Alternatives) -> str:
    return " or ".join(sorted(" and ".join(sorted(one)) for one in alternatives))


ALWAYS = Requirement()


class Requirements:
    """The requirement of each field of a supergraph, computed at its first use."""

    def __init__(self, supergraph: Supergraph, api_schema: GraphQLSchema) -> None:
        self._supergraph = supergraph
        self._api_schema = api_schema
        self._names = {kind: directive_name(supergraph, kind) for kind in ("authenticated", "requiresScopes", "policy")}
        self._fields: dict[tuple[str, str], Requirement] = {}

    def of_field(self, type_name: str, field_name: str) -> Requirement:
        """The requirement of a field on a type of the API schema."""
        key = (type_name, field_name)
        if key not in self._fields:
            self._fields[key] = self._of_field(*key)
        return self._fields[key]

    def _of_field(self, type_name: str, field_name: str) -> Requirement:
        requirement = self._declared(type_name, field_name)
        type_: Any = self._api_schema.get_type(type_name)
        if is_abstract_type(type_):
            for possible in self._api_schema.get_possible_types(type_):
                requirement &= self._declared(possible.name, field_name)
        returned = get_named_type(type_.fields[field_name].type)
        return requirement & self._of_type(returned.name)

    def _declared(self, type_name: str, field_name: str) -> Requirement:
        requirement = self._of_type(type_name)
        definition = self._supergraph.types.get(type_name)
        if isinstance(definition, ObjectType | InterfaceType) and field_name in definition.fields:
            requirement &= self._read(definition.fields[field_name].directives)
        return requirement

    def _of_type(self, name: str) -> Requirement:
        definition = self._supergraph.types.get(name)
        return self._read(definition.directives) if definition is not None else ALWAYS

    def _read(self, directives: Iterable[AppliedDirective]) -> Requirement:
        requirement = ALWAYS
        names = self._names
        for directive in directives:
            if directive.name == names["authenticated"]:
                requirement &= Requirement(authenticated=True)
            elif directive.name == names["requiresScopes"]:
                requirement &= Requirement(scopes=frozenset([_alternatives(directive)]))
            elif directive.name == names["policy"]:
                requirement &= Requirement(policies=frozenset([_alternatives(directive)]))
        return requirement


def _alternatives(directive: AppliedDirective) -> Alternatives:
    # Without any alternative nothing meets it: what is not understood stays denied.
    value: list[Any] = next(iter(directive.values().values()), [])
    return frozenset(frozenset(map(str, one if isinstance(one, list) else [one])) for one in value)
