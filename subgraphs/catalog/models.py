"""The tables of the catalog subgraph."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, MetaData, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Tables, id_column


class Base(Tables):
    """These tables' own register."""

    __abstract__ = True
    metadata = MetaData()


class Product(Base):
    """Something on sale. Distribution key: id."""

    __tablename__ = "products"

    id: Mapped[str] = id_column(primary_key=True)
    sku: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(String(200), index=True)  # a path: electronics/audio
    tags: Mapped[list[str]] = mapped_column(JSON)
    price_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    stock: Mapped[int]
    seller_id: Mapped[str] = id_column(index=True)
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class ReservationState(StrEnum):
    """What has become of a reservation: held still, given back, or sold."""

    HELD = "held"
    RELEASED = "released"
    SOLD = "sold"


class Reservation(Base):
    """Pieces taken out of stock for somebody. Distribution key: product_id."""

    __tablename__ = "reservations"

    id: Mapped[str] = id_column(primary_key=True)
    product_id: Mapped[str] = id_column(ForeignKey("products.id", ondelete="CASCADE"), index=True)
    holder_id: Mapped[str] = id_column(index=True)
    quantity: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
