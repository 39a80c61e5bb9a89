"""GraphQL queries and mutations of the media subgraph."""

from __future__ import annotations

from typing import Annotated

import strawberry

from hanse_subgraph.federation import SubgraphSchema
from hanse_subgraph.pagination import After, Before, Connection, First, Last, connect, connection_field, page_request
from hanse_subgraph.rate_limits import by_caller
from hanse_subgraph.uploads import Upload
from subgraphs.media import repository
from subgraphs.media.repository import MediaFilter
from subgraphs.media.types import (
    Media,
    MediaFilterInput,
    MediaId,
    MediaInfo,
    Product,
    RequestUploadInput,
    UploadRequest,
    User,
)

WRITE = "media:write"


@strawberry.type(description="Root type for reading data.")
class Query:
    """Queries of the media subgraph."""

    @connection_field(description="The caller's files, newest first. Requires authentication.", authenticated=True)
    async def my_media(
        self,
        info: MediaInfo,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Annotated[MediaFilterInput | None, strawberry.argument(description="Conditions for the files.")] = None,
    ) -> Connection[Media]:
        owner_id = info.context.principal.require_user()
        condition = filter.to_domain() if filter else MediaFilter()
        page = page_request(first, after, last, before)
        async with info.context.session() as session:
            piece = await repository.page_of_media(session, owner_id, page, condition)

        async def counted() -> int:
            async with info.context.session() as session:
                return await repository.count_media(session, owner_id, condition)

        return connect(piece, lambda row: Media(row=row), counted)

    @strawberry.federation.field(
        description="Look up a file by id. Null if there is none, or the caller is not its owner and does not have the "
        "scope media:moderate. Requires authentication.",
        authenticated=True,
    )
    async def media(self, info: MediaInfo, id: MediaId) -> Media | None:
        info.context.principal.require_user()
        row = await info.context.media(id)
        return None if row is None else Media(row=row)


@strawberry.type(description="Root type for changing data.")
class Mutation:
    """Mutations of the media subgraph."""

    @strawberry.federation.mutation(
        directives=[by_caller(30)],
        description="Announce a file and get a presigned request to upload its content. It expires unless "
        "`completeUpload` is called in time. Requires the scope media:write.",
        requires_scopes=[[WRITE]],
    )
    async def request_upload(
        self,
        info: MediaInfo,
        input: Annotated[RequestUploadInput, strawberry.argument(description="The file to upload.")],
    ) -> UploadRequest:
        owner_id = info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            row = await info.context.library.announce(session, owner_id, input.to_domain())
        return UploadRequest.of(row, await info.context.uploads.presigned(row))

    @strawberry.federation.mutation(
        directives=[by_caller(30)],
        description="Complete an upload. The size and checksum of the content must be as announced. Idempotent. "
        "Requires the scope media:write.",
        requires_scopes=[[WRITE]],
    )
    async def complete_upload(self, info: MediaInfo, id: MediaId) -> Media:
        owner_id = info.context.principal.require_scope(WRITE)
        async with info.context.database.reading() as session:  # no write lock while the file is read
            row = await info.context.library.own(session, owner_id, id)
        return Media(row=await info.context.uploads.complete(row, info.context))

    @strawberry.federation.mutation(
        directives=[by_caller(30)],
        description="Upload a file with a GraphQL multipart request. Alternatives: `requestUpload`, or `POST /files` "
        "without GraphQL. Requires the scope media:write.",
        requires_scopes=[[WRITE]],
    )
    async def upload_file(
        self, info: MediaInfo, file: Annotated[Upload, strawberry.argument(description="The file to upload.")]
    ) -> Media:
        owner_id = info.context.principal.require_scope(WRITE)
        content = await info.context.uploads.ingest(file.chunks())
        return Media(row=await info.context.uploads.add(owner_id, content, file.name, info.context))

    @strawberry.federation.mutation(
        description="Delete a file; it is also removed from products and avatars. Requires the scope media:write, and "
        "the caller to be the owner or to have the scope media:moderate.",
        requires_scopes=[[WRITE]],
    )
    async def delete_media(self, info: MediaInfo, id: MediaId) -> strawberry.ID:
        """Return the id of the deleted file."""
        info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            row = await info.context.library.delete(session, info.context.principal, id)
        return strawberry.ID(row.id)

    @strawberry.federation.mutation(
        description="Set the images of a product from files of the caller. They are displayed only if the caller sells "
        "the product. Requires the scope media:write.",
        requires_scopes=[[WRITE]],
    )
    async def set_product_images(
        self,
        info: MediaInfo,
        product_id: Annotated[strawberry.ID, strawberry.argument(description="The id of the product.")],
        media_ids: Annotated[
            list[strawberry.ID],
            strawberry.argument(description="The ids of the images, in order. An empty list removes all images."),
        ],
    ) -> Product:
        owner_id = info.context.principal.require_scope(WRITE)
        await info.context.library.require_product(info.context.database, product_id)
        async with info.context.change() as session:
            canonical_id = await info.context.library.set_product_images(session, owner_id, product_id, media_ids)
        return Product(id=strawberry.ID(canonical_id), seller=User(id=strawberry.ID(owner_id)))

    @strawberry.federation.mutation(
        description="Set or remove the avatar of the caller. Requires the scope media:write.", requires_scopes=[[WRITE]]
    )
    async def set_avatar(
        self,
        info: MediaInfo,
        media_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="The id of an image of the caller. Null removes the avatar."),
        ] = None,
    ) -> User:
        user_id = info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            await info.context.library.set_avatar(session, user_id, media_id)
        return User(id=strawberry.ID(user_id))


graph = SubgraphSchema(query=Query, mutation=Mutation)
