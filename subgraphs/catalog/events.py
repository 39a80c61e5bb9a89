"""The events that the catalog subgraph publishes."""

from __future__ import annotations

from typing import ClassVar

from hanse_subgraph.events.data import EventData, Moment, Uuid


class _ProductEvent(EventData, frozen=True, kw_only=True):
    source: ClassVar[str] = "catalog"


class ProductCreated(_ProductEvent, frozen=True, kw_only=True):
    """A product is on sale now."""

    event_type: ClassVar[str] = "product.created"
    seller_id: Uuid
    sku: str
    name: str
    category: str
    price_minor: int
    currency: str
    stock: int
    created_at: Moment


class ProductUpdated(_ProductEvent, frozen=True, kw_only=True):
    """A product says something else now. `changed` names the fields; the others are as the product has them now."""

    event_type: ClassVar[str] = "product.updated"
    changed: list[str]
    name: str
    category: str
    price_minor: int
    currency: str
    version: int


class ProductStockChanged(_ProductEvent, frozen=True, kw_only=True):
    """More or less of a product is there: by `delta`, which leaves `stock`."""

    event_type: ClassVar[str] = "product.stock_changed"
    delta: int
    stock: int


class ProductDeleted(_ProductEvent, frozen=True, kw_only=True):
    """A product is no longer on sale."""

    event_type: ClassVar[str] = "product.deleted"


class StockReserved(_ProductEvent, frozen=True, kw_only=True):
    """Pieces were taken out of stock for somebody, which leaves `stock`."""

    event_type: ClassVar[str] = "product.stock_reserved"
    reservation_id: Uuid
    holder_id: Uuid
    quantity: int
    stock: int


class StockReleased(_ProductEvent, frozen=True, kw_only=True):
    """Reserved pieces are back in stock, which makes it `stock`."""

    event_type: ClassVar[str] = "product.stock_released"
    reservation_id: Uuid
    holder_id: Uuid
    quantity: int
    stock: int


class StockSold(_ProductEvent, frozen=True, kw_only=True):
    """Reserved pieces were handed over to who held them."""

    event_type: ClassVar[str] = "product.stock_sold"
    reservation_id: Uuid
    holder_id: Uuid
    quantity: int


PUBLISHED: tuple[type[EventData], ...] = (
    ProductCreated,
    ProductUpdated,
    ProductDeleted,
    ProductStockChanged,
    StockReserved,
    StockReleased,
    StockSold,
)
