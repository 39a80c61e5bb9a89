"""The events that the media subgraph publishes. They contain no file names, which can be personal data."""

from __future__ import annotations

from typing import ClassVar

from hanse_subgraph.events.data import EventData, Uuid


class MediaUploaded(EventData, frozen=True, kw_only=True):
    """A file was uploaded."""

    source: ClassVar[str] = "media"
    event_type: ClassVar[str] = "media.uploaded"

    user_id: Uuid
    mime_type: str
    size_bytes: int
    width: int | None
    height: int | None


class MediaDeleted(EventData, frozen=True, kw_only=True):
    """A file was deleted."""

    source: ClassVar[str] = "media"
    event_type: ClassVar[str] = "media.deleted"

    user_id: Uuid
    mime_type: str
    size_bytes: int


class ProductImagesSet(EventData, frozen=True, kw_only=True):
    """A user set images for a product; they are displayed if the user sells it. The id is the product's."""

    source: ClassVar[str] = "media"
    event_type: ClassVar[str] = "product.images_set"

    user_id: Uuid
    media_ids: list[Uuid]


class AvatarSet(EventData, frozen=True, kw_only=True):
    """A user set or removed (`mediaId` is null) their avatar. The id is the user's."""

    source: ClassVar[str] = "media"
    event_type: ClassVar[str] = "user.avatar_set"

    media_id: Uuid | None


PUBLISHED: tuple[type[EventData], ...] = (MediaUploaded, MediaDeleted, ProductImagesSet, AvatarSet)
