"""The pages of types: all of a graph, and one with its fields, their subgraphs and owners, and their use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Query, Response

from hanse.registry.errors import NotFound
from hanse.registry.owners import ownership_of
from hanse.registry.pages.entities import resolvers_of
from hanse.registry.pages.rendering import batch
from hanse.registry.pages.routing import LineVisit, OfLine, PageRoute
from hanse.registry.pages.supergraphs import ReadGraph, Used, newest_graph
from hanse.registry.server import queries
from hanse.registry.server.usage_repository import MAX_ROWS
from hanse_schema.checks.operation_use import Use
from hanse_schema.checks.ownership import Ownership
from hanse_schema.supergraph.model import (
    AppliedDirective,
    EnumType,
    Field,
    InputObjectType,
    InputValue,
    InterfaceType,
    ObjectType,
    ScalarType,
    Supergraph,
    TypeDefinition,
    UnionType,
)

TYPES = 50  # rows of one page
MEMBERS = 100
MAX_SUBGRAPHS = 20  # of one element
KINDS: dict[type[TypeDefinition], str] = {
    ObjectType: "type",
    InterfaceType: "interface",
    UnionType: "union",
    EnumType: "enum",
    InputObjectType: "input",
    ScalarType: "scalar",
}
Start = Annotated[int, Query(ge=0, le=1_000_000)]
Search = Annotated[str, Query(max_length=100)]
types = APIRouter(route_class=PageRoute, prefix="/graphs/{graph}/variants/{variant}")


@dataclass(frozen=True, slots=True)
class TypeRow:
    """A type: the number of what it has, its subgraphs, the requests that use it, and its owners."""

    name: str
    kind: str
    members: int
    subgraphs: tuple[str, ...]
    requests: int
    owners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A field, value or member of a type, the subgraphs that resolve or define it, and its owners.

    `requests` is None where the use of it cannot be known.
    """

    name: str
    arguments: str
    type: str
    description: str
    deprecated: str | None
    subgraphs: tuple[str, ...]
    owners: tuple[str, ...] = ()
    requests: int | None = None

    @property
    def type_name(self) -> str:
        """The name of its type, without list and non-null."""
        return self.type.strip("[]!")


@types.get("/types", summary="The types of a graph", response_class=Response)
async def all_types(of: OfLine, start: Start = 0, q: Search = "") -> Response:
    graph = await newest_graph(of)
    found = sorted(name for name in graph.supergraph.types if q.lower() in name.lower())
    used = await _used(of, graph)
    shown = [_type_row(graph.supergraph, name, used) for name in batch(found, start, TYPES)]
    return await of.page(
        "types.html", tab="types", types=shown, total=len(found), start=start, size=TYPES, q=q, of_operations=len(used)
    )


@types.get("/types/{name}", summary="A type", response_class=Response)
async def one_type(of: OfLine, name: str, start: Start = 0) -> Response:
    graph = await newest_graph(of)
    shown = graph.supergraph.types.get(name)
    if shown is None:
        raise NotFound(f"{of.line} has no type {name[:100]!r}")
    used = await _used(of, graph)
    owners = await queries.owners(of.registry.database, of.graph)
    members = list(_members(graph.supergraph, shown))
    rows = [_with_use(shown, one, used) for one in batch(members, start, MEMBERS)]
    row = _type_row(graph.supergraph, name, used)
    if owners:
        row, rows = await of.registry.service.compute(lambda: _with_owners(row, rows, ownership_of(owners)))
    return await of.page(
        "type.html",
        tab="types",
        type=row,
        description=shown.description or "",
        members=rows,
        has_owners=bool(owners),
        total=len(members),
        start=start,
        size=MEMBERS,
        known=graph.supergraph.types,
        of_operations=len(used),
    )


async def _used(of: LineVisit, graph: ReadGraph) -> list[Used]:
    rows = await queries.operations(of.registry.database, of.graph, of.line.variant, limit=MAX_ROWS)
    return await of.registry.service.compute(lambda: graph.used(rows)) if rows else []


def _type_row(supergraph: Supergraph, name: str, used: Iterable[Used]) -> TypeRow:
    one = supergraph.types[name]
    return TypeRow(
        name,
        KINDS[type(one)],
        sum(1 for _ in _members(supergraph, one)),
        _names(supergraph, (join.graph for join in one.joins)),
        sum(operation.requests for operation in used if operation.use.type(name) is not Use.NONE),
    )


def _members(supergraph: Supergraph, one: TypeDefinition) -> Iterator[MemberRow]:
    """The fields, values or members of a type, without their use."""
    graphs = tuple(dict.fromkeys(join.graph for join in one.joins))
    match one:
        case ObjectType() | InterfaceType():
            for field in one.fields.values():
                yield _field(field, _names(supergraph, resolvers_of(field, graphs)), _arguments(field))
        case InputObjectType():
            for part in one.fields.values():
                own = [join.graph for join in part.joins if join.graph is not None]
                yield _field(part, _names(supergraph, own or graphs))
        case EnumType():
            for value in one.values.values():
                subgraphs = _names(supergraph, (join.graph for join in value.joins))
                yield MemberRow(value.name, "", "", value.description or "", _deprecated(value.directives), subgraphs)
        case UnionType():
            for member in one.member_names:
                subgraphs = _names(supergraph, (join.graph for join in one.members if join.member == member))
                yield MemberRow(member, "", member, "", None, subgraphs)


def _field(field: Field | InputValue, subgraphs: tuple[str, ...], arguments: str = "") -> MemberRow:
    deprecated = _deprecated(field.directives)
    return MemberRow(field.name, arguments, field.type, field.description or "", deprecated, subgraphs)


def _arguments(field: Field) -> str:
    shown = ", ".join(f"{argument.name}: {argument.type}" for argument in field.arguments.values())
    return f"({shown})" if shown else ""


def _with_use(one: TypeDefinition, member: MemberRow, used: Iterable[Used]) -> MemberRow:
    """The member with the requests that use it, where operations tell: values in responses do not show in them."""
    match one:
        case ObjectType() | InterfaceType():
            uses = (operation.requests * bool(operation.use.field(one.name, member.name)) for operation in used)
        case InputObjectType():
            uses = (operation.requests * bool(operation.use.input_field(one.name, member.name)) for operation in used)
        case _:
            return member
    return replace(member, requests=sum(uses))


def _with_owners(row: TypeRow, members: list[MemberRow], ownership: Ownership) -> tuple[TypeRow, list[MemberRow]]:
    """A type and members of it with the owners of each; those of a union's member are the union's."""

    def owners(subgraphs: tuple[str, ...], coordinate: str) -> tuple[str, ...]:
        return ownership.owners(subgraphs[:MAX_SUBGRAPHS], coordinate)

    is_union = row.kind == KINDS[UnionType]
    named = [(one, row.name if is_union else f"{row.name}.{one.name}") for one in members]
    return (
        replace(row, owners=owners(row.subgraphs, row.name)),
        [replace(one, owners=owners(one.subgraphs, coordinate)) for one, coordinate in named],
    )


def _deprecated(directives: Iterable[AppliedDirective]) -> str | None:
    """The reason of a deprecation; None without one."""
    found = next((one for one in directives if one.name == "deprecated"), None)
    return None if found is None else str(found.values().get("reason") or "No longer supported")


def _names(supergraph: Supergraph, graphs: Iterable[str]) -> tuple[str, ...]:
    return tuple(supergraph.subgraphs[graph].name for graph in dict.fromkeys(graphs))
