"""The events that the catalog subgraph publishes."""

from __future__ import annotations

from typing import ClassVar

from hanse_subgraph.events.data import EventData, Moment, Personal, Uuid


class _ProductEvent(EventData, frozen=True, kw_only=True):
    source: ClassVar[str] = "catalog"


class ProductCreated(_ProductEvent, frozen=True, kw_only=True):
    """A product was created."""

    event_type: ClassVar[str] = "product.created"
    seller_id: Uuid
    sku: Personal
    name: Personal
    category: Personal
    price_minor: int
    currency: str
    stock: int
    created_at: Moment

    @property
    def person(self) -> str:
        """The seller, who typed the texts."""
        return self.seller_id


class ProductUpdated(_ProductEvent, frozen=True, kw_only=True):
    """A product changed. `changed` lists the changed fields; all fields hold the current values."""

    event_type: ClassVar[str] = "product.updated"
    seller_id: Uuid
    changed: list[str]
    name: Personal
    category: Personal
    price_minor: int
    currency: str
    version: int

    @property
    def person(self) -> str:
        """The seller, who typed the texts."""
        return self.seller_id


class ProductStockChanged(_ProductEvent, frozen=True, kw_only=True):
    """The stock of a product changed by `delta` to `stock`."""

    event_type: ClassVar[str] = "product.stock_changed"
    delta: int
    stock: int


class ProductDeleted(_ProductEvent, frozen=True, kw_only=True):
    """A product was deleted."""

    event_type: ClassVar[str] = "product.deleted"


class StockReserved(_ProductEvent, frozen=True, kw_only=True):
    """Units were reserved for a user, until `expiresAt`. `stock` is the remaining stock."""

    event_type: ClassVar[str] = "product.stock_reserved"
    reservation_id: Uuid
    holder_id: Uuid
    quantity: int
    stock: int
    expires_at: Moment


class StockReleased(_ProductEvent, frozen=True, kw_only=True):
    """Reserved units were returned to stock. `stock` is the new stock, `expired` whether nobody released them."""

    event_type: ClassVar[str] = "product.stock_released"
    reservation_id: Uuid
    holder_id: Uuid
    quantity: int
    stock: int
    expired: bool


class StockSold(_ProductEvent, frozen=True, kw_only=True):
    """Reserved units were sold to their holder."""

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
