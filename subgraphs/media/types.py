"""GraphQL types of the media subgraph."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

import strawberry
from strawberry.types import Info

from hanse_subgraph.federation import Representation, ids_of
from hanse_subgraph.list_size import list_size
from hanse_subgraph.storage.protocol import Presigned
from subgraphs.media import models
from subgraphs.media.loaders import MediaContext
from subgraphs.media.repository import MediaFilter
from subgraphs.media.service import Announcement

MediaInfo = Info[MediaContext, None]


@strawberry.federation.type(keys=["id"], description="A user account.")
class User:
    """The media subgraph's part of the entity User."""

    id: strawberry.ID = strawberry.field(description="The id of the user (UUID).")

    @strawberry.field(description="The avatar of the user. Null if none is set.")
    async def avatar(self, info: MediaInfo) -> Media | None:
        row = await info.context.avatar_of(str(self.id))
        return None if row is None else Media(row=row)

    @classmethod
    async def resolve_references(cls, info: MediaInfo, representations: list[Representation]) -> list[Self]:
        """Reference resolver: the users subgraph knows which users exist."""
        return [cls(id=strawberry.ID(user_id)) for user_id in ids_of(representations)]


@strawberry.federation.type(keys=["id"], description="A product in the catalog.")
class Product:
    """The media subgraph's part of the entity Product. The seller comes from the catalog, by @requires."""

    id: strawberry.ID = strawberry.field(description="The id of the product (UUID).")
    seller: User = strawberry.federation.field(external=True, description="The seller of the product.")

    @strawberry.federation.field(
        description="The images that the seller set for the product, in order.",
        requires=["seller { id }"],
        directives=[list_size(10)],
    )
    async def images(self, info: MediaInfo) -> list[Media]:
        found = await info.context.images_of(str(self.id), str(self.seller.id))
        return [Media(row=row) for row in found]

    @classmethod
    async def resolve_references(cls, info: MediaInfo, representations: list[Representation]) -> list[Self]:
        """Reference resolver: products by id, with the seller if the representation contains it."""
        return [cls(id=strawberry.ID(str(item["id"])), seller=_seller(item)) for item in representations]


def _seller(product: Representation) -> User:
    """The seller in a product's representation; a user without id if `images` is not requested."""
    seller = product.get("seller") or {}
    return User(id=strawberry.ID(str(seller.get("id", ""))))


@strawberry.federation.type(
    keys=["id"],
    description="A file. Visible to its owner, and with the scope media:moderate. Product images and avatars are "
    "public.",
)
class Media:
    row: strawberry.Private[models.Media]

    @strawberry.field(description="The id of the file (UUID).")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row.id)

    @strawberry.field(description="The file name, sanitized for all file systems.")
    def name(self) -> str:
        return self.row.name

    @strawberry.field(
        description="The MIME type, detected from the content. Until the upload is completed, as announced."
    )
    def mime_type(self) -> str:
        return self.row.mime_type

    @strawberry.field(description="The size in bytes.")
    def size_bytes(self) -> int:
        return self.row.size_bytes

    @strawberry.field(description="The SHA-256 of the content, in hexadecimal digits.")
    def sha256(self) -> str | None:
        return self.row.sha256

    @strawberry.field(description="The width in pixels as displayed. Null if the file is not an image.")
    def width(self) -> int | None:
        return self.row.width

    @strawberry.field(description="The height in pixels as displayed. Null if the file is not an image.")
    def height(self) -> int | None:
        return self.row.height

    @strawberry.field(description="Whether the upload is completed.")
    def completed(self) -> bool:
        return self.row.state == models.MediaState.STORED

    @strawberry.field(
        description="A temporary download URL. It needs no authentication and supports range requests. Null until "
        "the upload is completed."
    )
    async def url(self, info: MediaInfo) -> str | None:
        return await info.context.uploads.url(self.row)

    @strawberry.field(description="A temporary URL of a thumbnail (WebP). Null if the file is not an image.")
    async def thumbnail_url(self, info: MediaInfo) -> str | None:
        return await info.context.uploads.thumbnail_url(self.row)

    @strawberry.field(description="When it was created (UTC).")
    def created_at(self) -> datetime:
        return self.row.created_at

    @strawberry.field(description="The owner of the file.")
    def owner(self) -> User:
        return User(id=strawberry.ID(self.row.owner_id))

    @classmethod
    async def resolve_references(cls, info: MediaInfo, representations: list[Representation]) -> list[Self | None]:
        """Reference resolver: load the files by id in one statement."""
        found = await info.context.media_of(ids_of(representations))
        return [None if row is None else cls(row=row) for row in found]


@strawberry.type(description="A header of an HTTP request.")
class RequestHeader:
    name: str = strawberry.field(description="The name of the header.")
    value: str = strawberry.field(description="The value of the header.")


@strawberry.type(
    description="A presigned HTTP request. Send the content of the file with it, then call `completeUpload`."
)
class UploadRequest:
    media: Media = strawberry.field(description="The announced file.")
    method: str = strawberry.field(description="The HTTP method.")
    url: str = strawberry.field(description="The URL. It works without authentication.")
    headers: list[RequestHeader] = strawberry.field(
        description="The headers that must be sent.", directives=[list_size(10)]
    )
    expires_at: datetime = strawberry.field(
        description="When the URL expires (UTC). The upload must be completed before."
    )

    @classmethod
    def of(cls, row: models.Media, presigned: Presigned) -> Self:
        """Build the GraphQL type from an announced file and its presigned request."""
        headers = [RequestHeader(name=name, value=value) for name, value in presigned.headers.items()]
        return cls(media=Media(row=row), method=presigned.method, url=presigned.url, headers=headers, expires_at=row.at)


@strawberry.input(description="Input of `requestUpload`.")
class RequestUploadInput:
    name: str = strawberry.field(description="The file name.")
    size_bytes: int = strawberry.field(
        description="The size in bytes. The uploaded content must have exactly this size."
    )
    mime_type: str = strawberry.field(description="The MIME type, such as image/png. Verified on completion.")
    sha256: str | None = strawberry.field(
        default=None, description="The SHA-256 of the content in hexadecimal digits. If given, it is verified."
    )

    def to_domain(self) -> Announcement:
        """Convert to the input of the service."""
        return Announcement(self.name, self.size_bytes, self.mime_type, self.sha256)


@strawberry.input(description="Conditions for a list of files.")
class MediaFilterInput:
    text: str | None = strawberry.field(default=None, description="Text contained in the file name.")
    mime_type: str | None = strawberry.field(
        default=None, description="A MIME type such as image/png, or a pattern such as image/*."
    )

    def to_domain(self) -> MediaFilter:
        """Convert to the filter of the repository."""
        return MediaFilter(self.text, self.mime_type.lower() if self.mime_type is not None else None)


MediaId = Annotated[strawberry.ID, strawberry.argument(description="The id of the file.")]
