"""Relay cursor connections over keyset pagination: no page costs more than the first.

Specification: GraphQL Cursor Connections Specification (Relay).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from inspect import signature
from typing import Annotated, Any, Generic, TypeVar, cast

import orjson
import strawberry
from sqlalchemy import BigInteger, ColumnElement, Integer, Select, SQLColumnExpression, and_, or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeDecorator, TypeEngine

from hanse_subgraph.clock import in_utc
from hanse_subgraph.db import Id, UtcDateTime
from hanse_subgraph.errors import BadInput, FieldProblem
from hanse_subgraph.ids import known_id
from hanse_subgraph.list_size import list_size

DEFAULT_PAGE = 20
MAX_PAGE_SIZE = 100
MAX_CURSOR_LENGTH = 8192

First = Annotated[
    int | None, strawberry.argument(description="The number of entries from the start: at most 100. Defaults to 20.")
]
After = Annotated[str | None, strawberry.argument(description="Only entries after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="The number of entries from the end: at most 100.")]
Before = Annotated[str | None, strawberry.argument(description="Only entries before this cursor.")]

Node = TypeVar("Node")
Row = TypeVar("Row")


@strawberry.federation.type(shareable=True, description="Information about the position of a page in its list.")
class PageInfo:
    """The page's ends, as the specification names them."""

    has_next_page: bool = strawberry.field(description="Whether there are entries after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there are entries before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first edge. Null if the page is empty.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last edge. Null if the page is empty.")


@strawberry.type(description="An edge of a connection.")
class Edge(Generic[Node]):
    """A node and its place."""

    cursor: str = strawberry.field(description="The cursor of the entry, for `after` and `before`.")
    node: Node = strawberry.field(description="The entry.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[Node]):
    """A page: its entries, its position, and the total count."""

    edges: list[Edge[Node]] = strawberry.field(description="The entries of the page, with their cursors.")
    page_info: PageInfo = strawberry.field(description="Information about the position of the page.")
    counted: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="The entries of the page, without cursors.")
    def nodes(self) -> list[Node]:
        return [edge.node for edge in self.edges]

    @strawberry.field(description="The total number of entries on all pages.")
    async def total_count(self) -> int:
        """Counted only where a client asks."""
        return await self.counted()


def connection_field(
    *, directives: Sequence[object] = (), **options: Any
) -> Callable[[Callable[..., Awaitable[Connection[Any] | None]]], Any]:
    """A field that returns a connection, with its `@listSize`. Takes the options of a federation field of Strawberry.

    The resolver's arguments `first` and `last` say how many entries there are, otherwise it is the default page.
    """

    def made(resolver: Callable[..., Awaitable[Connection[Any] | None]]) -> Any:
        arguments = [name for name in ("first", "last") if name in signature(resolver).parameters]
        size = list_size(DEFAULT_PAGE, arguments=arguments, sized_fields=("edges", "nodes"))
        return strawberry.federation.field(resolver=resolver, directives=[*directives, size], **options)

    return made


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What page a client wants: so many entries after a cursor, or so many before one."""

    size: int
    cursor: str | None = None
    backward: bool = False


def page_request(first: int | None, after: str | None, last: int | None, before: str | None) -> PageRequest:
    """The page that a connection's four arguments ask for. Raises BadInput for contradictions and wrong sizes."""
    backward = last is not None or before is not None
    if backward and (first is not None or after is not None):
        raise _refusal("last" if last is not None else "before", "Take first and after, or last and before, not both.")
    size = last if backward else first
    if size is None:
        size = DEFAULT_PAGE
    name = "last" if backward else "first"
    if not 0 <= size <= MAX_PAGE_SIZE:
        raise _refusal(name, f"{name} must lie between 0 and {MAX_PAGE_SIZE}.")
    return PageRequest(size, before if backward else after, backward)


@dataclass(frozen=True, slots=True)
class Key:
    """One column that a list is sorted by: the SQL expression, and how to read its value from a row.

    `read` is given the row as the statement returns it. The last key of a list must be unique.
    """

    column: SQLColumnExpression[Any]
    read: Callable[[Any], Any]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """The rows of one page with their cursors, in the list's order."""

    rows: Sequence[Row]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool


async def read_slice(
    session: AsyncSession, statement: Select[Any], keys: Sequence[Key], page: PageRequest, *, scalars: bool = True
) -> Slice[Any]:
    """The page's rows in one SQL statement. Raises BadInput for a cursor that is none of this list's."""
    if page.size == 0:
        return Slice((), (), has_next=False, has_previous=page.cursor is not None)
    if page.cursor is not None:
        statement = statement.where(_beyond(keys, _decoded(keys, page), page.backward))
    statement = statement.order_by(None).order_by(*(_order(key, page.backward) for key in keys))
    result = await session.execute(statement.limit(page.size + 1))
    found: list[Any] = list(result.scalars().all() if scalars else result.all())
    more, rows = len(found) > page.size, found[: page.size]
    if page.backward:
        rows.reverse()
    elsewhere = page.cursor is not None
    return Slice(
        rows,
        [encode_cursor([key.read(row) for key in keys]) for row in rows],
        has_next=elsewhere if page.backward else more,
        has_previous=more if page.backward else elsewhere,
    )


def connect(piece: Slice[Row], make: Callable[[Row], Node], counted: Callable[[], Awaitable[int]]) -> Connection[Node]:
    """The connection of a page; `counted` is called only where the client asks for the total."""
    edges = [Edge(cursor=cursor, node=make(row)) for row, cursor in zip(piece.rows, piece.cursors, strict=True)]
    return Connection(
        edges=edges,
        page_info=PageInfo(
            has_next_page=piece.has_next,
            has_previous_page=piece.has_previous,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        counted=counted,
    )


def encode_cursor(values: Sequence[Any]) -> str:
    """An opaque cursor of the sort keys' values."""
    return base64.urlsafe_b64encode(orjson.dumps(list(values))).decode().rstrip("=")


def cursor_id(page: PageRequest) -> str:
    """The id in a cursor of a list that is sorted by ids alone. Raises BadInput where it is none."""
    found = known_id(_values(page)[0]) if len(_values(page)) == 1 else None
    if found is None:
        raise _not_a_cursor(page)
    return found


def _values(page: PageRequest) -> list[Any]:
    cursor = page.cursor or ""
    if len(cursor) > MAX_CURSOR_LENGTH:
        raise _not_a_cursor(page)
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise _not_a_cursor(page) from error
    if not isinstance(values, list):
        raise _not_a_cursor(page)
    return values


def _decoded(keys: Sequence[Key], page: PageRequest) -> list[Any]:
    try:
        return [_value(key, value) for key, value in zip(keys, _values(page), strict=True)]
    except (ValueError, TypeError, OverflowError) as error:
        raise _not_a_cursor(page) from error


def _value(key: Key, value: Any) -> Any:
    """The value in a cursor as the key's column takes it. Raises ValueError, TypeError, OverflowError."""
    kind = cast(ColumnElement[Any], key.column).type  # a model's attribute has it too
    if isinstance(kind, Id):
        value = known_id(value)
    elif isinstance(kind, UtcDateTime):
        value = in_utc(datetime.fromisoformat(value))
    elif not _fits(kind.impl_instance if isinstance(kind, TypeDecorator) else kind, value):
        value = None
    if value is None:
        raise ValueError(key.column)
    return value


def _fits(kind: TypeEngine[Any], value: Any) -> bool:
    """Whether a column of this type can be compared with the value."""
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return isinstance(kind, Integer) and value.bit_length() <= (63 if isinstance(kind, BigInteger) else 31)
    return isinstance(value, kind.python_type) and not (isinstance(value, str) and "\x00" in value)


def _not_a_cursor(page: PageRequest) -> BadInput:
    name = "before" if page.backward else "after"
    return _refusal(name, f"{name} is not a cursor of this list.")


def _order(key: Key, backward: bool) -> ColumnElement[Any]:
    return key.column.desc() if key.descending != backward else key.column.asc()


def _beyond(keys: Sequence[Key], values: Sequence[Any], backward: bool) -> ColumnElement[bool]:
    """Rows after the cursor in the list's order (before it when going backward), whatever way each key is sorted."""
    ways = []
    for depth, key in enumerate(keys):
        equal = [keys[at].column == values[at] for at in range(depth)]
        further = key.column < values[depth] if key.descending != backward else key.column > values[depth]
        ways.append(and_(*equal, further))
    return or_(*ways)


def _refusal(name: str, message: str) -> BadInput:
    return BadInput(FieldProblem(name, "INVALID", message))
