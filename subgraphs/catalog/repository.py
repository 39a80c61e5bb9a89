"""Every SQL statement of the catalog subgraph."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Select, String, cast, func, literal, or_, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from hanse_subgraph.db import UtcDateTime, insert_into
from hanse_subgraph.pagination import Key, PageRequest, Slice, read_slice
from subgraphs.catalog.models import Holder, Product, Reservation, ReservationState
from subgraphs.catalog.search import scores


class ProductSort(Enum):
    """The order of a list of products."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    NAME = "name"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"


@dataclass(frozen=True, slots=True)
class ProductFilter:
    """Conditions for a list of products; None means no condition."""

    search: str | None = None
    category: str | None = None  # includes its subcategories
    seller_ids: tuple[str, ...] | None = None
    min_price: int | None = None
    max_price: int | None = None
    in_stock: bool | None = None


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """The path of a category, and the number of products directly in it."""

    path: str
    products: int


_ID = Key(col(Product.id), lambda product: product.id, descending=True)
_KEYS = {
    ProductSort.NEWEST: (_ID,),
    ProductSort.NAME: (Key(col(Product.name), lambda product: product.name), _ID),
    ProductSort.CHEAPEST: (Key(col(Product.price_minor), lambda product: product.price_minor), _ID),
    ProductSort.DEAREST: (
        Key(col(Product.price_minor), lambda product: product.price_minor, descending=True),
        _ID,
    ),
}


async def products_by_id(session: AsyncSession, ids: Collection[str]) -> dict[str, Product]:
    """The existing products with these ids, by id."""
    found = await session.scalars(select(Product).where(col(Product.id).in_(ids), col(Product.deleted_at).is_(None)))
    return {product.id: product for product in found}


async def product_by_id(session: AsyncSession, product_id: str) -> Product | None:
    """The product with this id; None if missing."""
    return (await products_by_id(session, [product_id])).get(product_id)


async def sku_is_taken(session: AsyncSession, sku: str) -> bool:
    """Whether a product, deleted or not, has this SKU."""
    return await session.scalar(select(col(Product.id)).where(col(Product.sku) == sku)) is not None


def _matching(condition: ProductFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [col(Product.deleted_at).is_(None)]
    if condition.category is not None:
        below = col(Product.category).startswith(condition.category + "/", autoescape=True)
        conditions.append(or_(col(Product.category) == condition.category, below))
    if condition.seller_ids is not None:
        conditions.append(col(Product.seller_id).in_(condition.seller_ids))
    if condition.min_price is not None:
        conditions.append(col(Product.price_minor) >= condition.min_price)
    if condition.max_price is not None:
        conditions.append(col(Product.price_minor) <= condition.max_price)
    if condition.in_stock is not None:
        conditions.append(col(Product.stock) > 0 if condition.in_stock else col(Product.stock) == 0)
    return conditions


def _is_sqlite(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "sqlite"


async def page_of_products(
    session: AsyncSession, page: PageRequest, condition: ProductFilter, sort: ProductSort | None
) -> Slice[Product]:
    """A page of products. Without `sort`: by relevance if there is search text, otherwise newest first."""
    ranked = scores(condition.search, sqlite=_is_sqlite(session)) if condition.search else None
    statement = select(Product).where(*_matching(condition))
    if ranked is None:
        keys = _KEYS[ProductSort.NEWEST if sort in (None, ProductSort.RELEVANCE) else sort]
        return await read_slice(session, statement, keys, page)
    statement = statement.join(ranked, ranked.c.id == col(Product.id)).add_columns(ranked.c.score)
    if sort in (None, ProductSort.RELEVANCE):
        keys = (Key(ranked.c.score, lambda row: row[1]), _of_row(_ID))
    else:
        keys = tuple(_of_row(key) for key in _KEYS[sort])
    piece = await read_slice(session, statement, keys, page, scalars=False)
    return Slice([row[0] for row in piece.rows], piece.cursors, piece.has_next, piece.has_previous)


def _of_row(key: Key) -> Key:
    return Key(key.column, lambda row: key.read(row[0]), key.descending)


async def count_products(session: AsyncSession, condition: ProductFilter) -> int:
    """The total number of products in the list."""
    statement: Select[Any] = select(func.count()).select_from(Product).where(*_matching(condition))
    ranked = scores(condition.search, sqlite=_is_sqlite(session)) if condition.search else None
    if ranked is not None:
        statement = statement.join(ranked, ranked.c.id == col(Product.id))
    return int(await session.scalar(statement) or 0)


async def products_of_sellers(
    session: AsyncSession, seller_ids: Sequence[str], size: int, before_id: str | None
) -> dict[str, list[Product]]:
    """The newest `size` + 1 products of each seller that are older than `before_id`, in one statement."""
    rank = func.row_number().over(partition_by=col(Product.seller_id), order_by=col(Product.id).desc()).label("rank")
    conditions = _matching(ProductFilter(seller_ids=tuple(seller_ids)))
    if before_id is not None:
        conditions.append(col(Product.id) < before_id)
    ranked = select(col(Product.id), rank).where(*conditions).subquery()
    statement = select(Product).join(ranked, ranked.c.id == col(Product.id)).where(ranked.c.rank <= size + 1)
    found: dict[str, list[Product]] = {seller_id: [] for seller_id in seller_ids}
    for product in await session.scalars(statement.order_by(col(Product.id).desc())):
        found[product.seller_id].append(product)
    return found


async def counts_of_sellers(session: AsyncSession, seller_ids: Sequence[str]) -> dict[str, int]:
    """The number of products of each seller."""
    conditions = _matching(ProductFilter(seller_ids=tuple(seller_ids)))
    rows = await session.execute(
        select(col(Product.seller_id), func.count()).where(*conditions).group_by(col(Product.seller_id))
    )
    return {row[0]: row[1] for row in rows}


async def categories(session: AsyncSession) -> list[CategoryCount]:
    """Every category with products, sorted by path."""
    rows = await session.execute(
        select(col(Product.category), func.count())
        .where(col(Product.deleted_at).is_(None))
        .group_by(col(Product.category))
        .order_by(col(Product.category))
    )
    return [CategoryCount(path, count) for path, count in rows]


async def change_product(
    session: AsyncSession, product_id: str, version: int, values: dict[str, Any], at: datetime
) -> Product | None:
    """Update a product if it still has this version; None otherwise."""
    statement = (
        update(Product)
        .where(col(Product.id) == product_id, col(Product.version) == version, col(Product.deleted_at).is_(None))
        .values(**values, version=version + 1, updated_at=at)
        .returning(Product)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).one_or_none()


async def change_stock(session: AsyncSession, product_id: str, delta: int, at: datetime) -> Product | None:
    """Change the stock in one atomic statement; None if it would fall below zero."""
    statement = (
        update(Product)
        .where(col(Product.id) == product_id, col(Product.stock) + delta >= 0, col(Product.deleted_at).is_(None))
        .values(stock=col(Product.stock) + delta, updated_at=at)
        .returning(Product)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).one_or_none()


async def erase_products(session: AsyncSession, seller_id: str, at: datetime) -> list[str]:
    """Delete the products of a deleted user, and what they typed in those deleted before; ids of the former.

    The rows stay, for reservations. The search index is written anew, since it keeps words of deleted rows.
    """
    offered = select(col(Product.id)).where(col(Product.seller_id) == seller_id, col(Product.deleted_at).is_(None))
    deleted = list(await session.scalars(offered))
    erased = {"name": "deleted", "description": "", "category": "deleted", "tags": []}
    statement = (
        update(Product)
        .where(col(Product.seller_id) == seller_id)
        .values(
            **erased,
            sku=literal("deleted-") + cast(col(Product.id), String),
            deleted_at=func.coalesce(col(Product.deleted_at), literal(at, UtcDateTime())),
            updated_at=at,
        )
    )
    changed: CursorResult[Any] = await session.execute(statement)  # type: ignore[assignment]
    if changed.rowcount and _is_sqlite(session):
        await session.execute(text("INSERT INTO product_search (product_search) VALUES ('optimize')"))
    return deleted


async def held_by(session: AsyncSession, holder_id: str) -> list[str]:
    """The ids of the reservations that a user holds."""
    held = select(col(Reservation.id)).where(
        col(Reservation.holder_id) == holder_id, col(Reservation.state) == ReservationState.HELD
    )
    return list(await session.scalars(held))


async def count_held(session: AsyncSession, holder_id: str, at: datetime) -> int:
    """The number of reservations that a user holds. Concurrent transactions of the user wait for this one."""
    locked = insert_into(session, Holder).values(holder_id=holder_id, reserved_at=at)
    await session.execute(locked.on_conflict_do_update(index_elements=["holder_id"], set_={"reserved_at": at}))
    held = select(func.count()).where(
        col(Reservation.holder_id) == holder_id, col(Reservation.state) == ReservationState.HELD
    )
    return int(await session.scalar(held) or 0)


async def expired_reservations(session: AsyncSession, at: datetime, limit: int) -> list[str]:
    """The ids of the first reservations that are held still and have expired."""
    expired = select(col(Reservation.id)).where(
        col(Reservation.state) == ReservationState.HELD, col(Reservation.expires_at) <= at
    )
    return list(await session.scalars(expired.order_by(col(Reservation.expires_at)).limit(limit)))


async def any_product(session: AsyncSession) -> bool:
    """Whether any product exists."""
    return await session.scalar(select(col(Product.id)).limit(1)) is not None


async def reservation_by_id(session: AsyncSession, reservation_id: str) -> Reservation | None:
    """The reservation with this id; None if missing."""
    return await session.get(Reservation, reservation_id)


async def end_reservation(
    session: AsyncSession, reservation_id: str, state: ReservationState, at: datetime
) -> Reservation | None:
    """End a held reservation; None if it has already ended. Atomic: of concurrent calls, one succeeds.

    One that has expired can still be released, and not be sold.
    """
    statement = (
        update(Reservation)
        .where(col(Reservation.id) == reservation_id, col(Reservation.state) == ReservationState.HELD)
        .where(true() if state is not ReservationState.SOLD else col(Reservation.expires_at) > at)
        .values(state=state.value, ended_at=at)
        .returning(Reservation)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).one_or_none()


async def reservations_of(session: AsyncSession, holder_id: str, page: PageRequest) -> Slice[Reservation]:
    """A page of a user's reservations, newest first."""
    newest_first = (Key(col(Reservation.id), lambda row: row.id, descending=True),)
    return await read_slice(
        session, select(Reservation).where(col(Reservation.holder_id) == holder_id), newest_first, page
    )


async def count_reservations_of(session: AsyncSession, holder_id: str) -> int:
    """The total number of a user's reservations."""
    statement = select(func.count()).select_from(Reservation).where(col(Reservation.holder_id) == holder_id)
    return int(await session.scalar(statement) or 0)
