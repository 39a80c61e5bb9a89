"""Stock and reservations. Each change is one statement that never goes below zero, so concurrent changes are safe."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.auth import Principal
from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.errors import Forbidden, NotFound, Problems
from hanse_subgraph.events.outbox import emit
from hanse_subgraph.ids import new_id, parse_id
from hanse_subgraph.money import MAX_MINOR as MAX_STOCK
from subgraphs.catalog import repository
from subgraphs.catalog.errors import OutOfStock, ReservationEnded, TooManyReservations
from subgraphs.catalog.events import ProductStockChanged, StockReleased, StockReserved, StockSold
from subgraphs.catalog.models import Product, Reservation, ReservationState
from subgraphs.catalog.settings import CatalogSettings

MODERATE = "catalog:moderate"  # what the products and reservations of others need


def check_stock(problems: Problems, stock: int, name: str = "stock") -> None:
    """Add a problem if the stock is out of range."""
    if not 0 <= stock <= MAX_STOCK:
        problems.add(name, "OUT_OF_RANGE", f"stock must be between 0 and {MAX_STOCK}.")


async def editable_product(session: AsyncSession, principal: Principal, product_id: str) -> Product:
    """The product with this id, if the caller can change it. Raises NotFound, Forbidden."""
    product = await repository.product_by_id(session, parse_id(product_id, "Product"))
    if product is None:
        raise NotFound("Product")
    if not principal.owns_or_has(MODERATE, product.seller_id):
        raise Forbidden(f"Only the seller of a product can change it, or a caller with the scope {MODERATE}.")
    return product


class Inventory:
    """Changes stock and handles reservations."""

    def __init__(self, settings: CatalogSettings, *, clock: Clock = utc_now) -> None:
        self._lifetime = timedelta(minutes=settings.reservation_minutes)
        self._limit = settings.max_reservations
        self._clock = clock

    async def adjust(self, session: AsyncSession, principal: Principal, product_id: str, delta: int) -> Product:
        """Change a product's stock by `delta`. Raises BadInput, NotFound, Forbidden, OutOfStock."""
        product = await editable_product(session, principal, product_id)
        problems = Problems()
        if delta > 0:
            check_stock(problems, product.stock + delta, "delta")
        problems.raise_if_any()
        changed = await repository.change_stock(session, product.id, delta, self._clock())
        if changed is None:
            raise OutOfStock("delta")
        await emit(session, ProductStockChanged(id=changed.id, delta=delta, stock=changed.stock))
        return changed

    async def reserve(self, session: AsyncSession, holder_id: str, product_id: str, quantity: int) -> Reservation:
        """Reserve units of a product for a user. Raises BadInput, NotFound, TooManyReservations, OutOfStock."""
        problems = Problems()
        if not 1 <= quantity <= MAX_STOCK:
            problems.add("quantity", "OUT_OF_RANGE", f"quantity must be between 1 and {MAX_STOCK}.")
        problems.raise_if_any()
        product = await repository.product_by_id(session, parse_id(product_id, "Product"))
        if product is None:
            raise NotFound("Product")
        if await repository.count_held(session, holder_id, self._clock()) >= self._limit:
            raise TooManyReservations(self._limit)
        changed = await repository.change_stock(session, product.id, -quantity, self._clock())
        if changed is None:
            raise OutOfStock("quantity")
        reservation = Reservation(
            id=new_id(),
            product_id=changed.id,
            holder_id=holder_id,
            quantity=quantity,
            state=ReservationState.HELD.value,
            created_at=self._clock(),
            expires_at=self._clock() + self._lifetime,
        )
        session.add(reservation)
        await session.flush()
        await emit(
            session,
            StockReserved(
                id=changed.id,
                reservation_id=reservation.id,
                holder_id=holder_id,
                quantity=quantity,
                stock=changed.stock,
                expires_at=reservation.expires_at,
            ),
        )
        return reservation

    async def release(self, session: AsyncSession, principal: Principal, reservation_id: str) -> Reservation:
        """Return reserved units to stock, as holder or as the product's seller. Raises NotFound, ReservationEnded."""
        reservation = await repository.reservation_by_id(session, parse_id(reservation_id, "Reservation"))
        if reservation is None or not await self._may_release(session, principal, reservation):
            raise NotFound("Reservation")
        ended = await self._return(session, reservation.id, ReservationState.RELEASED)
        if ended is None:
            raise ReservationEnded
        return ended

    async def release_all(self, session: AsyncSession, holder_id: str) -> None:
        """Return to stock what a deleted user holds."""
        for reservation_id in await repository.held_by(session, holder_id):
            await self._return(session, reservation_id, ReservationState.RELEASED)

    async def expired(self, session: AsyncSession, limit: int) -> list[str]:
        """The ids of the first reservations that have expired."""
        return await repository.expired_reservations(session, self._clock(), limit)

    async def expire(self, session: AsyncSession, reservation_ids: Sequence[str]) -> None:
        """Return the units of expired reservations to stock."""
        for reservation_id in reservation_ids:
            await self._return(session, reservation_id, ReservationState.EXPIRED)

    async def _may_release(self, session: AsyncSession, principal: Principal, reservation: Reservation) -> bool:
        if principal.owns_or_has(MODERATE, reservation.holder_id):
            return True
        product = await repository.product_by_id(session, reservation.product_id)
        return product is not None and principal.user_id == product.seller_id

    async def _return(self, session: AsyncSession, reservation_id: str, state: ReservationState) -> Reservation | None:
        ended = await repository.end_reservation(session, reservation_id, state, self._clock())
        if ended is None:
            return None
        product = await repository.change_stock(session, ended.product_id, ended.quantity, self._clock())
        await emit(
            session,
            StockReleased(
                id=ended.product_id,
                reservation_id=ended.id,
                holder_id=ended.holder_id,
                quantity=ended.quantity,
                stock=product.stock if product else 0,
                expired=state is ReservationState.EXPIRED,
            ),
        )
        return ended

    async def sell(self, session: AsyncSession, principal: Principal, reservation_id: str) -> Reservation:
        """Mark a reservation as sold, as its product's seller. Raises NotFound, Forbidden, ReservationEnded."""
        reservation = await repository.reservation_by_id(session, parse_id(reservation_id, "Reservation"))
        if reservation is None:
            raise NotFound("Reservation")
        await editable_product(session, principal, reservation.product_id)
        ended = await repository.end_reservation(session, reservation.id, ReservationState.SOLD, self._clock())
        if ended is None:
            raise ReservationEnded
        await emit(
            session,
            StockSold(id=ended.product_id, reservation_id=ended.id, holder_id=ended.holder_id, quantity=ended.quantity),
        )
        return ended
