"""Rate limits of fields: `@rateLimit(max: Int!, window: String!, by: [String!])` in a subgraph, or the settings.

Which limited fields an operation uses is known once per operation. A request only adds up the uses whose conditions
hold, for each key that they are counted by. Each use counts: a hundred aliases count a hundred. Allowances refill
evenly over the window (a token bucket).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphql import (
    FieldNode,
    GraphQLSchema,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    value_from_ast_untyped,
)

from hanse_router.operation import Conditions, Field, Operation
from hanse_router.request import Variables
from hanse_router.settings import RateLimit, RateLimitSettings
from hanse_schema.supergraph.model import AppliedDirective, InterfaceType, ObjectType, Supergraph
from hanse_wire.settings import SettingsError

CALLER, ADDRESS, ARGUMENT = "caller", "address", "argument:"
Key: TypeAlias = tuple[str, ...]
"""What a limit is counted by: "caller", "address", "argument:PATH", or several of them together."""
DEFAULT_KEYS: tuple[Key, ...] = ((CALLER,),)
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_WINDOW = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])")
_PART = re.compile(r"caller|address|argument:[_A-Za-z]\w*(\.[_A-Za-z]\w*)*")
_MAX_TEXT = 1_000  # characters of an argument that distinguish it


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `max` uses of `name` in `seconds`, by each of `keys`. `window` is the text that was declared."""

    name: str
    max: int
    window: str
    seconds: float
    keys: tuple[Key, ...] = DEFAULT_KEYS
    number: int = 0  # among the limits of one field


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a limited field. `arguments` reads the text of each argument that the limit's keys name."""

    limit: Limit
    conditions: Conditions
    arguments: Mapping[str, Callable[[Variables], str | None]]

    def counts(self, variables: Variables) -> bool:
        """Whether the field is selected for these variables."""
        return all(bool(variables.get(one.variable)) is not one.negated for one in self.conditions)

    def keys(self, variables: Variables) -> Iterator[Key]:
        """What this use counts by, with `argument:PATH=DIGEST` for arguments; not by an argument that is null."""
        for key in self.limit.keys:
            parts: list[str] = []
            for part in key:
                if part in self.arguments:
                    text = self.arguments[part](variables)
                    if text is None:
                        break
                    part = f"{part}={text}"
                parts.append(part)
            else:
                yield tuple(parts)


OperationLimits: TypeAlias = tuple[Use, ...]
NO_LIMITS: OperationLimits = ()


class RateLimits:
    """The rate limits of each field of a supergraph."""

    def __init__(self, supergraph: Supergraph, api_schema: GraphQLSchema, settings: RateLimitSettings) -> None:
        """Raises SettingsError if a limit names no field or argument, or if a window or key is invalid."""
        self._api_schema = api_schema
        self._limits: dict[tuple[str, str], tuple[Limit, ...]] = {}
        for type_ in supergraph.types.values():
            if isinstance(type_, ObjectType | InterfaceType):
                for field in type_.fields.values():
                    name = f"{type_.name}.{field.name}"
                    declared = [one for one in field.directives if one.name == settings.directive]
                    limits = tuple(_declared(name, directive, number) for number, directive in enumerate(declared))
                    if limits:
                        self._set(type_.name, field.name, limits, f"@{settings.directive} on {name}")
        for name, rule in settings.fields.items():
            type_name, _, field_name = name.partition(".")
            where = f"setting rate_limits.fields.{name}"
            if field_name not in getattr(api_schema.get_type(type_name), "fields", {}):
                raise SettingsError(f"{where}: the supergraph has no such field")
            self._set(type_name, field_name, (limit_of(name, rule),), where)

    def annotate(self, operation: Operation) -> OperationLimits:
        """The uses of limited fields in an operation."""
        if not self._limits:
            return NO_LIMITS
        return tuple(
            Use(limit, field.conditions, _arguments(limit, field.node))
            for field in operation.fields()
            if not field.is_introspection
            for limit in self._of_field(field)
        )

    def _set(self, type_name: str, field_name: str, limits: tuple[Limit, ...], where: str) -> None:
        field = getattr(self._api_schema.get_type(type_name), "fields", {}).get(field_name)
        named = {
            part.removeprefix(ARGUMENT) for limit in limits for key in limit.keys for part in key if ARGUMENT in part
        }
        for path in named:
            if field is not None and path.partition(".")[0] not in field.args:
                raise SettingsError(f"{where}: the field has no argument {path.partition('.')[0]}")
        self._limits[type_name, field_name] = limits

    def _of_field(self, field: Field) -> Iterator[Limit]:
        limits = self._limits.get((field.parent.name, field.name))
        if limits is not None:
            yield from limits
            return
        type_ = self._api_schema.get_type(field.parent.name)
        if type_ is not None and is_abstract_type(get_named_type(type_)):
            for possible in self._api_schema.get_possible_types(type_):  # type: ignore[arg-type]
                yield from self._limits.get((possible.name, field.name), ())


def limit_of(name: str, rule: RateLimit) -> Limit:
    """The limit of a setting. Raises SettingsError if its window or a key is invalid."""
    where = f"setting rate_limits {name}"
    return Limit(name, rule.max, rule.window, _window(rule.window, where), _keys(rule.by, where))


def _declared(name: str, directive: AppliedDirective, number: int) -> Limit:
    values = directive.values()
    where = f"@{directive.name} on {name}"
    window = values.get("window", "1m")
    limit, by = values.get("max"), values.get("by")
    if not isinstance(limit, int) or not isinstance(window, str):
        raise SettingsError(f"{where} needs max: Int! and window: String!")
    keys = DEFAULT_KEYS if by is None else _keys(by if isinstance(by, list) else [by], where)
    return Limit(name, limit, window, _window(window, where), keys, number)


def _window(text: str, where: str) -> float:
    match = _WINDOW.fullmatch(text.strip())
    if match is None or float(match[1]) <= 0:
        raise SettingsError(f"{where}: the window {text!r} is invalid; write 10s, 1m, 1h or 1d")
    return float(match[1]) * _SECONDS[match[2]]


def _keys(by: Sequence[Any], where: str) -> tuple[Key, ...]:
    keys = tuple(tuple(part.strip() for part in str(one).split("+")) for one in by)
    for key in keys:
        for part in key:
            if not _PART.fullmatch(part):
                raise SettingsError(
                    f"{where}: {part!r} is no key; write caller, address, argument:NAME, or several joined by +"
                )
    if not keys:
        raise SettingsError(f"{where}: at least one key is needed, such as caller")
    return keys


def _arguments(limit: Limit, node: FieldNode) -> dict[str, Callable[[Variables], str | None]]:
    parts = {part for key in limit.keys for part in key if part.startswith(ARGUMENT)}
    return {part: _reader(node, part.removeprefix(ARGUMENT).split(".")) for part in parts}


def _reader(node: FieldNode, path: list[str]) -> Callable[[Variables], str | None]:
    """A function that reads the digest of an argument, or of an input field in it; None where it is null."""
    given = next((argument.value for argument in node.arguments or () if argument.name.value == path[0]), None)

    def read(variables: Variables) -> str | None:
        value = _value(given, path[1:], variables)
        if value is None:
            return None
        text = str(value).strip().casefold()[:_MAX_TEXT]
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()

    return read


def _value(node: ValueNode | None, path: Sequence[str], variables: Variables) -> Any:
    for index, name in enumerate(path):
        if isinstance(node, VariableNode):
            value: Any = variables.get(node.name.value)
            for inner in path[index:]:
                value = value.get(inner) if isinstance(value, Mapping) else None
            return value
        if not isinstance(node, ObjectValueNode):
            return None
        node = next((field.value for field in node.fields if field.name.value == name), None)
    return None if node is None else value_from_ast_untyped(node, dict(variables))
