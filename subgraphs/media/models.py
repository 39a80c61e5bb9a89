"""The tables of the media subgraph."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from hanse_subgraph.db import id_field, moment_field


class Base(SQLModel, registry=registry()):
    """Base class of the tables; its own registry keeps their metadata apart from other subgraphs."""


class MediaState(StrEnum):
    """A file is announced, then kept; deleted it is gone for everybody, and its objects are removed soon after."""

    ANNOUNCED = "announced"
    KEPT = "kept"
    DELETED = "deleted"


class Media(Base, table=True):
    """A file. Until it is kept, size, type and checksum are what its owner announced. Distribution key: owner_id."""

    __tablename__ = "media"
    __table_args__ = (Index("ix_media_owner_id_state", "owner_id", "state"), Index("ix_media_state_at", "state", "at"))

    id: str = id_field(primary_key=True)
    owner_id: str = id_field()
    state: str = Field(max_length=16)
    name: str = Field(max_length=200)
    mime_type: str = Field(max_length=127)
    size_bytes: int = Field(sa_type=BigInteger)
    sha256: str | None = Field(default=None, max_length=64)
    width: int | None = None
    height: int | None = None
    object_key: str | None = Field(default=None, max_length=100)
    thumbnail_key: str | None = Field(default=None, max_length=100)
    created_at: datetime = moment_field()
    at: datetime = moment_field()  # when it expires, was kept, or was deleted, as its state is

    @property
    def incoming_key(self) -> str:
        """The key under which it is put once it is announced. Its content moves elsewhere once it is looked at."""
        return f"incoming/{self.id}"


class Owner(Base, table=True):
    """Somebody who has added files. Who adds one locks this row first, so that two do not count past each other.

    Distribution key: owner_id.
    """

    __tablename__ = "owners"

    owner_id: str = id_field(primary_key=True)
    added_at: datetime = moment_field()  # or tried to


class ProductImage(Base, table=True):
    """A picture that a user has chosen for a product, in its place. Distribution key: product_id."""

    __tablename__ = "product_images"

    product_id: str = id_field(primary_key=True)
    owner_id: str = id_field(primary_key=True)
    place: int = Field(primary_key=True)
    media_id: str = id_field(foreign_key="media.id", index=True)


class Avatar(Base, table=True):
    """A user's picture. Distribution key: user_id."""

    __tablename__ = "avatars"

    user_id: str = id_field(primary_key=True)
    media_id: str = id_field(foreign_key="media.id", index=True)
