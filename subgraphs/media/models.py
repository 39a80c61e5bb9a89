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
    """The state of a file: announced, then stored. The objects of a deleted file are removed by the sweeper."""

    ANNOUNCED = "announced"
    STORED = "kept"
    DELETED = "deleted"


class Media(Base, table=True):
    """A file. Until it is stored, size, type and checksum are as announced by its owner. Distribution key: owner_id."""

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
    at: datetime = moment_field()  # when it expires, was stored or was deleted, depending on the state

    @property
    def incoming_key(self) -> str:
        """The key for the upload of an announced file. Ingested content gets a new key."""
        return f"incoming/{self.id}"


class Owner(Base, table=True):
    """A user who has added files. The row is locked while the quota is checked, against concurrent uploads.

    Distribution key: owner_id.
    """

    __tablename__ = "owners"

    owner_id: str = id_field(primary_key=True)
    added_at: datetime = moment_field()  # or last tried to


class RevokedAccess(Base, table=True):
    """Access tokens of a user, or of one session, that are revoked: those issued until `revoked_at`.

    `POST /files` takes access tokens themselves, without the router. Distribution key: user_id.
    """

    __tablename__ = "revoked_access"

    id: str = id_field(primary_key=True)
    user_id: str = id_field(index=True)
    session_id: str | None = id_field(default=None)
    revoked_at: datetime = moment_field()
    forget_at: datetime = moment_field(index=True)  # all of these tokens have expired


class Product(Base, table=True):
    """A product of the catalog, from its events. Distribution key: product_id.

    On an installation of version 0.2.0 or older, the nil id tells when the first of these events was handled.
    """

    __tablename__ = "products"

    product_id: str = id_field(primary_key=True)
    created_at: datetime = moment_field()


class ProductImage(Base, table=True):
    """An image that a user set for a product. `place` is its position. Distribution key: product_id."""

    __tablename__ = "product_images"

    product_id: str = id_field(primary_key=True)
    owner_id: str = id_field(primary_key=True)
    place: int = Field(primary_key=True)
    media_id: str = id_field(foreign_key="media.id", index=True)


class Avatar(Base, table=True):
    """The avatar of a user. Distribution key: user_id."""

    __tablename__ = "avatars"

    user_id: str = id_field(primary_key=True)
    media_id: str = id_field(foreign_key="media.id", index=True)
