"""Rate limits: by field (`@rateLimit(max: Int!, window: String!)` in a subgraph), and on all operations of a caller.

Which limited fields an operation uses is known once per operation; a request only adds up the uses whose conditions
hold and takes them all together, or none. Each use counts: a hundred aliases count a hundred. A caller is their user
id, or their address while they are anonymous. Allowances refill evenly over the window (a token bucket).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
)

from hanse_router.operation import Conditions, Operation
from hanse_router.request import Variables
from hanse_router.settings import RateLimit, RateLimitSettings
from hanse_schema.supergraph.model import AppliedDirective, InterfaceType, ObjectType, Supergraph
from hanse_wire.settings import SettingsError

_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_WINDOW = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `max` uses of `name` in `seconds`. `window` is the text of the setting or directive."""

    name: str
    max: int
    window: str
    seconds: float


@dataclass(frozen=True, slots=True)
class OperationLimits:
    """The limited fields of an operation: counts of unconditional uses, and each conditional use."""

    certain: tuple[tuple[Limit, int], ...] = ()
    conditional: tuple[tuple[Limit, Conditions], ...] = ()

    def uses(self, variables: Variables) -> Iterator[tuple[Limit, int]]:
        """Each limit with its number of uses for these variables."""
        if not self.conditional:
            yield from self.certain
            return
        counts = dict(self.certain)
        for limit, conditions in self.conditional:
            if all(bool(variables.get(one.variable)) is not one.negated for one in conditions):
                counts[limit] = counts.get(limit, 0) + 1
        yield from counts.items()


NO_LIMITS = OperationLimits()


class RateLimits:
    """The rate limit of each field of a supergraph."""

    def __init__(self, supergraph: Supergraph, api_schema: GraphQLSchema, settings: RateLimitSettings) -> None:
        """Raises SettingsError if a limit in the settings names no field, or if a window is invalid."""
        self._api_schema = api_schema
        self._limits: dict[tuple[str, str], Limit] = {}
        for type_ in supergraph.types.values():
            if isinstance(type_, ObjectType | InterfaceType):
                for field in type_.fields.values():
                    for directive in field.directives:
                        if directive.name == settings.directive:
                            self._limits[type_.name, field.name] = _declared(f"{type_.name}.{field.name}", directive)
        for name, rule in settings.fields.items():
            type_name, _, field_name = name.partition(".")
            named = api_schema.get_type(type_name)
            if field_name not in getattr(named, "fields", {}):
                raise SettingsError(f"setting rate_limits.fields.{name}: the supergraph has no such field")
            self._limits[type_name, field_name] = limit_of(name, rule)

    def annotate(self, operation: Operation) -> OperationLimits:
        """The limited fields that an operation uses; each use counts, also of the same field."""
        if not self._limits:
            return NO_LIMITS
        certain: dict[Limit, int] = {}
        conditional: list[tuple[Limit, Conditions]] = []
        for field in operation.fields():
            if field.is_introspection:
                continue
            for limit in self._of_field(field.parent.name, field.name):
                if field.conditions:
                    conditional.append((limit, field.conditions))
                else:
                    certain[limit] = certain.get(limit, 0) + 1
        return OperationLimits(tuple(certain.items()), tuple(conditional))

    def _of_field(self, type_name: str, field_name: str) -> Iterator[Limit]:
        if (limit := self._limits.get((type_name, field_name))) is not None:
            yield limit
            return
        type_ = self._api_schema.get_type(type_name)
        if type_ is not None and is_abstract_type(get_named_type(type_)):
            for possible in self._api_schema.get_possible_types(type_):  # type: ignore[arg-type]
                if (limit := self._limits.get((possible.name, field_name))) is not None:
                    yield limit


def limit_of(name: str, rule: RateLimit) -> Limit:
    """The limit of a setting. Raises SettingsError if its window is invalid."""
    return Limit(name, rule.max, rule.window, _window(rule.window, f"setting rate_limits {name}"))


def _declared(name: str, directive: AppliedDirective) -> Limit:
    values = directive.values()
    window = values.get("window", "1m")
    limit = values.get("max")
    if not isinstance(limit, int) or not isinstance(window, str):
        raise SettingsError(f"@{directive.name} on {name} needs max: Int! and window: String!")
    return Limit(name, limit, window, _window(window, f"@{directive.name} on {name}"))


def _window(text: str, where: str) -> float:
    match = _WINDOW.fullmatch(text.strip())
    if match is None or float(match[1]) <= 0:
        raise SettingsError(f"{where}: the window {text!r} is not understood; write 10s, 1m, 1h or 1d")
    return float(match[1]) * _SECONDS[match[2]]
