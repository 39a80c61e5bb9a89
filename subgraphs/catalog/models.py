"""The tables of the catalog subgraph."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Index, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from hanse_subgraph.db import id_field, moment_field


class Base(SQLModel, registry=registry()):
    """Base class of the tables; its own registry keeps their metadata apart from other subgraphs."""


Base.metadata.info["unmanaged"] = ("search", "products_search")  # PostgreSQL's full-text index


class Product(Base, table=True):
    """A product. Distribution key: id."""

    __tablename__ = "products"

    id: str = id_field(primary_key=True)
    sku: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=200)
    description: str = Field(sa_type=Text)
    category: str = Field(max_length=200, index=True)  # a path: electronics/audio
    tags: list[str] = Field(sa_type=JSON)
    price_minor: int
    currency: str = Field(max_length=3)
    stock: int
    seller_id: str = id_field(index=True)
    version: int
    created_at: datetime = moment_field()
    updated_at: datetime = moment_field()
    deleted_at: datetime | None = moment_field(default=None)


class ReservationState(StrEnum):
    """The state of a reservation."""

    HELD = "held"
    RELEASED = "released"
    SOLD = "sold"
    EXPIRED = "expired"


class Holder(Base, table=True):
    """A user who has reserved stock. The row is locked while the limit is checked, against concurrent reservations.

    Distribution key: holder_id.
    """

    __tablename__ = "holders"

    holder_id: str = id_field(primary_key=True)
    reserved_at: datetime = moment_field()  # or last tried to


class Reservation(Base, table=True):
    """Units of a product reserved for a user. Distribution key: product_id."""

    __tablename__ = "reservations"
    __table_args__ = (Index("ix_reservations_state_expires_at", "state", "expires_at"),)

    id: str = id_field(primary_key=True)
    product_id: str = id_field(foreign_key="products.id", ondelete="CASCADE", index=True)
    holder_id: str = id_field(index=True)
    quantity: int
    state: str = Field(max_length=16)
    created_at: datetime = moment_field()
    ended_at: datetime | None = moment_field(default=None)
    expires_at: datetime = moment_field()
