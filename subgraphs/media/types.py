"""GraphQL types of the media subgraph."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

import strawberry
from strawberry.types import Info

from hanse_subgraph.federation import Representation, ids_of
from hanse_subgraph.storage.protocol import Presigned
from subgraphs.media import models
from subgraphs.media.loaders import MediaContext
from subgraphs.media.repository import MediaFilter
from subgraphs.media.service import Announcement

MediaInfo = Info[MediaContext, None]


@strawberry.federation.type(keys=["id"], description="A user account.")
class User:
    """A user, whom the users subgraph knows."""

    id: strawberry.ID = strawberry.field(description="The id of the user (UUID).")

    @strawberry.field(description="The user's picture; null where there is none.")
    async def avatar(self, info: MediaInfo) -> Media | None:
        row = await info.context.avatar_of(str(self.id))
        return None if row is None else Media(row=row)

    @classmethod
    async def resolve_references(cls, info: MediaInfo, representations: list[Representation]) -> list[Self]:
        """Users by their id; whether there are such, the users subgraph knows."""
        return [cls(id=strawberry.ID(user_id)) for user_id in ids_of(representations)]


@strawberry.federation.type(keys=["id"], description="A product in the catalog.")
class Product:
    """A product, which the catalog knows. It also knows who sells it, and the router tells us."""

    id: strawberry.ID = strawberry.field(description="The id of the product (UUID).")
    seller: User = strawberry.federation.field(external=True, description="Who sells it.")

    @strawberry.federation.field(
        description="The pictures that its seller has chosen, in the seller's order.", requires=["seller { id }"]
    )
    async def images(self, info: MediaInfo) -> list[Media]:
        found = await info.context.images_of(str(self.id), str(self.seller.id))
        return [Media(row=row) for row in found]

    @classmethod
    async def resolve_references(cls, info: MediaInfo, representations: list[Representation]) -> list[Self]:
        """Products by their id, with the seller where the router was asked to bring it."""
        return [cls(id=strawberry.ID(str(item["id"])), seller=_seller(item)) for item in representations]


def _seller(product: Representation) -> User:
    """The seller in a product's representation; one whom nobody is, where no pictures are asked for."""
    brought = product.get("seller") or {}
    return User(id=strawberry.ID(str(brought.get("id", ""))))


@strawberry.federation.type(
    keys=["id"], description="A file. Its owner and admins see it; pictures of products and of users everybody sees."
)
class Media:
    """A file."""

    row: strawberry.Private[models.Media]

    @strawberry.field(description="The id of the file (UUID).")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row.id)

    @strawberry.field(description="Its name, made safe for every file system.")
    def name(self) -> str:
        return self.row.name

    @strawberry.field(
        description="Its MIME type, told from its content; until the upload is completed, the one announced."
    )
    def mime_type(self) -> str:
        return self.row.mime_type

    @strawberry.field(description="Its size in bytes.")
    def size_bytes(self) -> int:
        return self.row.size_bytes

    @strawberry.field(description="The SHA-256 of its content in hexadecimal.")
    def sha256(self) -> str | None:
        return self.row.sha256

    @strawberry.field(description="A picture's width in pixels, as it is shown.")
    def width(self) -> int | None:
        return self.row.width

    @strawberry.field(description="A picture's height in pixels, as it is shown.")
    def height(self) -> int | None:
        return self.row.height

    @strawberry.field(description="Whether its upload was completed.")
    def completed(self) -> bool:
        return self.row.state == models.MediaState.KEPT

    @strawberry.field(
        description="Where it can be had for a while, by whoever holds this URL, in ranges too; null before completion."
    )
    def url(self, info: MediaInfo) -> str | None:
        return info.context.uploads.url(self.row)

    @strawberry.field(description="Where a small WebP of a picture can be had for a while; null for other files.")
    def thumbnail_url(self, info: MediaInfo) -> str | None:
        return info.context.uploads.thumbnail_url(self.row)

    @strawberry.field(description="When it was announced or sent (UTC).")
    def created_at(self) -> datetime:
        return self.row.created_at

    @strawberry.field(description="Whose it is.")
    def owner(self) -> User:
        return User(id=strawberry.ID(self.row.owner_id))

    @classmethod
    async def resolve_references(cls, info: MediaInfo, representations: list[Representation]) -> list[Self | None]:
        """Reference resolver: load the files by id in one statement."""
        found = await info.context.media_of(ids_of(representations))
        return [None if row is None else cls(row=row) for row in found]


@strawberry.type(description="A header of an HTTP request.")
class RequestHeader:
    """A name and a value."""

    name: str = strawberry.field(description="The header's name.")
    value: str = strawberry.field(description="The header's value.")


@strawberry.type(description="How to put a file: send its content by this request, then call `completeUpload`.")
class UploadRequest:
    """A presigned request."""

    media: Media = strawberry.field(description="The file to be.")
    method: str = strawberry.field(description="The request's method.")
    url: str = strawberry.field(description="Where the content goes. Whoever holds the URL can put it.")
    headers: list[RequestHeader] = strawberry.field(description="Headers that must go along.")
    expires_at: datetime = strawberry.field(description="Until when it works, and can be completed (UTC).")

    @classmethod
    def of(cls, row: models.Media, presigned: Presigned) -> Self:
        """The type of an announced file and its request."""
        headers = [RequestHeader(name=name, value=value) for name, value in presigned.headers.items()]
        return cls(media=Media(row=row), method=presigned.method, url=presigned.url, headers=headers, expires_at=row.at)


@strawberry.input(description="A file that is about to be put.")
class RequestUploadInput:
    """Becomes an Announcement."""

    name: str = strawberry.field(description="Its name.")
    size_bytes: int = strawberry.field(description="Its size in bytes; what is put must have just this size.")
    mime_type: str = strawberry.field(
        description="Its MIME type, such as image/png; checked once the content is there."
    )
    sha256: str | None = strawberry.field(
        default=None, description="The SHA-256 of its content in hexadecimal; other content is refused then."
    )

    def to_domain(self) -> Announcement:
        """Convert to the input of the service."""
        return Announcement(self.name, self.size_bytes, self.mime_type, self.sha256)


@strawberry.input(description="Which files to list; what is not given does not matter.")
class MediaFilterInput:
    """Becomes a MediaFilter."""

    text: str | None = strawberry.field(default=None, description="What the name holds.")
    mime_type: str | None = strawberry.field(default=None, description="A type such as image/png, or image/* for all.")

    def to_domain(self) -> MediaFilter:
        """As the repository takes it."""
        return MediaFilter(self.text, self.mime_type.lower() if self.mime_type is not None else None)


MediaId = Annotated[strawberry.ID, strawberry.argument(description="The id of the file.")]
