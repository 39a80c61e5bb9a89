"""A Strawberry schema for subgraphs: entities are resolved with one call per type, documents are cached.

An entity type gives its reference resolver as a class method that answers all representations of one request:

    @classmethod
    async def resolve_references(cls, info: Info, representations: list[Representation]) -> list[Self | None]: ...

Specification: Apollo Federation subgraph specification, `Query._entities`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import strawberry
from graphql import GraphQLError, GraphQLSyntaxError, parse
from strawberry.federation.schema import FederationAny
from strawberry.federation.schema_directives import Key
from strawberry.scalars import JSON
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext, Info
from strawberry.types.base import StrawberryObjectDefinition

from hanse_subgraph.argument_limits import limit_arguments
from hanse_subgraph.cooperative_execution import CooperativeExecution
from hanse_subgraph.db_errors import client_error, reason
from hanse_subgraph.documents import Documents, KnownDocuments
from hanse_subgraph.errors import BadInput, ClientError, FieldProblem
from hanse_subgraph.scalars import DATE_TIME_SCALAR, JSON_SCALAR
from hanse_subgraph.uploads import UPLOAD_SCALAR, Upload

log = logging.getLogger(__name__)

Representation = Mapping[str, Any]


class SubgraphSchema(strawberry.federation.Schema):
    """A Strawberry schema of Federation 2 whose entities resolve in batches."""

    def __init__(self, **options: Any) -> None:
        self.documents = Documents()
        self._resolvers: dict[str, _ReferenceResolver] = {}
        # A function of our own per schema: Strawberry writes the union's type into its annotations.
        self.entities_resolver = _entities_resolver(self)  # type: ignore[method-assign]
        config = StrawberryConfig(scalar_map={Upload: UPLOAD_SCALAR, datetime: DATE_TIME_SCALAR, JSON: JSON_SCALAR})
        super().__init__(
            **options,
            extensions=[partial(KnownDocuments, self.documents)],
            config=config,
            execution_context_class=CooperativeExecution,
        )
        limit_arguments(known.implementation for known in self.schema_converter.type_map.values())
        self._find_reference_resolvers()

    @property
    def sdl(self) -> str:
        """The subgraph's SDL, with its federation directives."""
        return self.as_str()

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log what is masked from clients; ClientErrors are not logged."""
        seen: set[int] = set()
        for error in errors:
            cause = cause_of(error)
            if cause is None or isinstance(cause, ClientError) or id(cause) in seen:
                continue
            seen.add(id(cause))
            path = ".".join(str(part) for part in error.path or ())
            if client_error(cause) is None:
                log.error("a resolver failed", extra={"path": path}, exc_info=cause)
            else:
                log.warning("the database failed a resolver: %s", reason(cause), extra={"path": path})

    def _find_reference_resolvers(self) -> None:
        for name, known in self.schema_converter.type_map.items():
            definition = known.definition
            if not isinstance(definition, StrawberryObjectDefinition) or definition.is_interface:
                continue
            keys = _keys(definition)
            if not keys:
                continue  # no entity, or one that only refers to another subgraph's
            resolve = getattr(definition.origin, "resolve_references", None)
            if resolve is None:
                raise TypeError(f"{name} has a key but no resolve_references")
            self._resolvers[name] = _ReferenceResolver(name, resolve, keys)

    async def resolve_entities(self, info: Info[Any, Any], representations: list[Any]) -> list[Any]:
        """An entity, null or an error in the place of each representation; one call per type."""
        answers: list[Any] = [None] * len(representations)
        positions: dict[str, list[int]] = {}
        for position, representation in enumerate(representations):
            name = representation.get("__typename") if isinstance(representation, dict) else None
            if name in self._resolvers:
                positions.setdefault(name, []).append(position)
            else:
                answers[position] = _refusal(
                    f"This subgraph has no entity {name}." if name else "__typename is missing."
                )
        resolved = await asyncio.gather(
            *(self._resolvers[name](info, [representations[at] for at in places]) for name, places in positions.items())
        )
        for places, entities in zip(positions.values(), resolved, strict=True):
            for position, entity in zip(places, entities, strict=True):
                answers[position] = entity
        return answers


def _entities_resolver(graph: SubgraphSchema) -> Any:
    async def resolve_entities(info: Info[Any, Any], representations: list[FederationAny]) -> list[FederationAny]:
        return await graph.resolve_entities(info, representations)

    return resolve_entities


@dataclass(frozen=True, slots=True)
class _ReferenceResolver:
    """How one type's entities are found."""

    name: str
    resolve: Callable[[Info[Any, Any], list[Representation]], Awaitable[list[Any]]]
    keys: list[frozenset[str]]

    async def __call__(self, info: Info[Any, Any], representations: list[Representation]) -> list[Any]:
        """The entities; an error in the place of each that cannot be had, so that the others live on."""
        answers: list[Any] = [_refusal(f"A representation of {self.name} lacks its key.")] * len(representations)
        whole = [at for at, item in enumerate(representations) if any(key <= _given(item) for key in self.keys)]
        try:
            entities = await self.resolve(info, [representations[at] for at in whole]) if whole else []
            if len(entities) != len(whole):
                raise RuntimeError(f"{self.name}.resolve_references answered {len(entities)} of {len(whole)}")
        except Exception as error:
            entities = [error] * len(whole)
        for at, entity in zip(whole, entities, strict=True):
            answers[at] = entity
        return answers


def _keys(definition: StrawberryObjectDefinition) -> list[frozenset[str]]:
    """The outermost fields of each of the entity's resolvable keys."""
    applied = (directive for directive in definition.directives or () if isinstance(directive, Key))
    keys = (key for key in applied if key.resolvable is not False)
    parsed: Iterator[Any] = (parse(f"{{ {key.fields} }}", no_location=True).definitions[0] for key in keys)
    return [frozenset(field.name.value for field in node.selection_set.selections) for node in parsed]


def _given(representation: Representation) -> frozenset[str]:
    return frozenset(name for name, value in representation.items() if value is not None)


def _refusal(message: str) -> BadInput:
    return BadInput(FieldProblem("representations", "INVALID", message))


def ids_of(representations: list[Representation]) -> list[str]:
    """The key `id` of each representation, as text."""
    return [str(representation["id"]) for representation in representations]


def cause_of(error: GraphQLError) -> BaseException | None:
    """What a resolver raised; None where GraphQL itself found the error."""
    cause: BaseException | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def formatted_error(error: GraphQLError) -> dict[str, Any]:
    """A GraphQL error as clients see it, with a stable code. Unexpected errors are masked."""
    formatted: dict[str, Any] = {"message": error.message}
    if error.locations:
        formatted["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path is not None:
        formatted["path"] = error.path
    cause = cause_of(error)
    trouble = client_error(cause)
    if trouble is not None:
        formatted |= {"message": trouble.message, "extensions": trouble.extensions}
    elif isinstance(cause, ClientError):
        formatted["extensions"] = cause.extensions
    elif cause is not None:
        formatted |= {
            "message": "Something went wrong here; it has been logged.",
            "extensions": {"code": "INTERNAL_SERVER_ERROR"},
        }
    else:
        code = "GRAPHQL_PARSE_FAILED" if isinstance(error, GraphQLSyntaxError) else "BAD_USER_INPUT"
        formatted["extensions"] = {"code": code, **(error.extensions or {})}
    return formatted


__all__ = ["Representation", "SubgraphSchema", "cause_of", "formatted_error", "ids_of"]
