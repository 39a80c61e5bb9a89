"""`@authenticated`, `@requiresScopes` and `@policy`: which fields of an operation a caller may not see.

The requirement of each field is known once per operation. A request only evaluates the distinct requirements for its
principal. Denied fields are left out of the plan, so that no subgraph is asked for them; in the response they are null,
with an error UNAUTHORIZED_FIELD_OR_TYPE for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql import GraphQLSchema

from hanse_router.errors import Unauthorized
from hanse_router.operation import Field, Operation
from hanse_router.prepare.requirements import ALWAYS, Requirement, Requirements
from hanse_router.request import Principal
from hanse_router.settings import AuthorizationSettings
from hanse_schema.supergraph.model import Supergraph
from hanse_wire.lru_cache import LruCache

Path = tuple[str, ...]
CODE = "UNAUTHORIZED_FIELD_OR_TYPE"
_FEW = 200  # fields with requirements that are looked at in a fraction of a millisecond


@dataclass(frozen=True, slots=True)
class Denial:
    """The requirements that a principal does not meet, and the fields that are denied for it. False if there are none.

    `paths` are the topmost denied response paths, each with the requirement that is not met.
    """

    failed: frozenset[Requirement] = frozenset()
    fields: frozenset[Field] = frozenset()
    paths: tuple[tuple[Path, Requirement], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.failed)

    def __hash__(self) -> int:
        return hash(self.failed)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Denial) and self.failed == other.failed

    def errors(self) -> list[dict[str, Any]]:
        """One error for each of the topmost denied paths."""
        return [
            {
                "message": f"You may not see {'.'.join(path)}: {requirement.wanted}.",
                "path": list(path),
                "extensions": {"code": CODE},
            }
            for path, requirement in self.paths
        ]


NO_DENIAL = Denial()


class Authorization:
    """What one operation requires of its caller: the requirement of each field that has one."""

    __slots__ = ("_denials", "_guarded", "_reject", "_requirements")

    def __init__(self, guarded: tuple[tuple[Field, Requirement], ...], *, reject: bool) -> None:
        """`reject`: refuse the operation if any field is denied."""
        self._guarded = guarded
        self._requirements = tuple(dict.fromkeys(requirement for _, requirement in guarded))
        self._reject = reject
        self._denials: LruCache[tuple[object, ...], Denial] = LruCache(64)  # by the caller's rights

    def denial(self, principal: Principal) -> Denial | None:
        """What is denied for the principal; None if that takes long to find, and was not found before.

        Raises Unauthorized if the settings reject such operations.
        """
        if not self._requirements:
            return NO_DENIAL
        denial = self._denials.get(self.rights(principal))
        if denial is None and len(self._guarded) <= _FEW:
            denial = self.find(principal)
            self.remember(principal, denial)
        if denial is not None:
            self.check(denial, principal)
        return denial

    def rights(self, principal: Principal) -> tuple[object, ...]:
        """What decides what is denied for the principal."""
        return (principal.authenticated, principal.scopes, principal.policies)

    def find(self, principal: Principal) -> Denial:
        """What is denied for the principal. Takes time in proportion to the operation, and changes nothing."""
        return self._denial(frozenset(one for one in self._requirements if not one.met_by(principal)))

    def remember(self, principal: Principal, denial: Denial) -> None:
        """Keep what `find` found."""
        self._denials.put(self.rights(principal), denial)

    def check(self, denial: Denial, principal: Principal) -> None:
        """Raises Unauthorized if something is denied, and the settings reject such operations."""
        if denial and self._reject:
            raise Unauthorized(denial.errors(), anonymous=not principal.authenticated)

    def _denial(self, failed: frozenset[Requirement]) -> Denial:
        if not failed:
            return NO_DENIAL
        denied = [(field, requirement) for field, requirement in self._guarded if requirement in failed]
        paths = {field.path for field, _ in denied}
        topmost = dict.fromkeys(
            (field.path, requirement)
            for field, requirement in denied
            if not any(field.path[:length] in paths for length in range(1, len(field.path)))
        )
        return Denial(failed, frozenset(field for field, _ in denied), tuple(topmost))


class Authorizer:
    """Annotates operations with their requirements, by the supergraph's directives."""

    def __init__(self, supergraph: Supergraph, api_schema: GraphQLSchema, settings: AuthorizationSettings) -> None:
        self._requirements = Requirements(supergraph, api_schema) if settings.enabled else None
        self._reject = settings.reject

    def annotate(self, operation: Operation) -> Authorization:
        """The requirements of an operation. Introspection requires nothing."""
        requirements = self._requirements
        guarded: list[tuple[Field, Requirement]] = []
        if requirements is not None:
            for field in operation.fields():
                if not field.is_introspection:
                    requirement = requirements.of_field(field.parent.name, field.name)
                    if requirement is not ALWAYS:
                        guarded.append((field, requirement))
        return Authorization(tuple(guarded), reject=self._reject)
