"""GraphQL operations of the media subgraph."""

from __future__ import annotations

from typing import Annotated

import strawberry

from hanse_subgraph.federation import SubgraphSchema
from hanse_subgraph.pagination import After, Before, Connection, First, Last, connect, page_request
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

    @strawberry.federation.field(description="Your files, newest first.", authenticated=True)
    async def my_media(
        self,
        info: MediaInfo,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Annotated[MediaFilterInput | None, strawberry.argument(description="Which ones.")] = None,
    ) -> Connection[Media]:
        """A page of the caller's files."""
        owner_id = info.context.principal.require_user()
        wanted = filter.to_domain() if filter else MediaFilter()
        page = page_request(first, after, last, before)
        async with info.context.session() as session:
            piece = await repository.page_of_media(session, owner_id, page, wanted)

        async def counted() -> int:
            async with info.context.session() as session:
                return await repository.count_media(session, owner_id, wanted)

        return connect(piece, lambda row: Media(row=row), counted)

    @strawberry.federation.field(
        description="The file of this id; null where there is none that you may see.", authenticated=True
    )
    async def media(self, info: MediaInfo, id: MediaId) -> Media | None:
        """One file."""
        info.context.principal.require_user()
        row = await info.context.media(id)
        return None if row is None else Media(row=row)


@strawberry.type(description="Root type for changing data.")
class Mutation:
    """Mutations of the media subgraph."""

    @strawberry.federation.mutation(
        description="Ask where to put a file. What is not completed in time is forgotten.", requires_scopes=[[WRITE]]
    )
    async def request_upload(
        self,
        info: MediaInfo,
        input: Annotated[RequestUploadInput, strawberry.argument(description="What is about to be put.")],
    ) -> UploadRequest:
        """The request to make."""
        owner_id = info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            row = await info.context.library.announce(session, owner_id, input.to_domain())
        return UploadRequest.of(row, info.context.uploads.presigned(row))

    @strawberry.federation.mutation(
        description="Keep a file that was put: its size and checksum must be those announced. Safe to call again.",
        requires_scopes=[[WRITE]],
    )
    async def complete_upload(self, info: MediaInfo, id: MediaId) -> Media:
        """The file, kept."""
        owner_id = info.context.principal.require_scope(WRITE)
        async with info.context.database.reading() as session:  # a writing session would make others wait for the file
            row = await info.context.library.own(session, owner_id, id)
        return Media(row=await info.context.uploads.complete(row, info.context))

    @strawberry.federation.mutation(
        description="Send a file, as a GraphQL multipart request has it. `POST /files` takes one without GraphQL.",
        requires_scopes=[[WRITE]],
    )
    async def upload_file(
        self, info: MediaInfo, file: Annotated[Upload, strawberry.argument(description="The file.")]
    ) -> Media:
        """The file, kept."""
        owner_id = info.context.principal.require_scope(WRITE)
        content = await info.context.uploads.take(file.chunks())
        return Media(row=await info.context.uploads.add(owner_id, content, file.name, info.context))

    @strawberry.federation.mutation(
        description="Delete a file of yours, or any as an admin. It is shown nowhere any longer.",
        requires_scopes=[[WRITE]],
    )
    async def delete_media(self, info: MediaInfo, id: MediaId) -> strawberry.ID:
        """The id of the file that is gone."""
        info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            row = await info.context.library.delete(session, info.context.principal, id)
        return strawberry.ID(row.id)

    @strawberry.federation.mutation(
        description="Choose pictures of yours for a product. They are shown where it is you who sells the product.",
        requires_scopes=[[WRITE]],
    )
    async def set_product_images(
        self,
        info: MediaInfo,
        product_id: Annotated[strawberry.ID, strawberry.argument(description="The id of the product.")],
        media_ids: Annotated[
            list[strawberry.ID], strawberry.argument(description="The pictures in their order; none takes all away.")
        ],
    ) -> Product:
        """The product."""
        owner_id = info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            known = await info.context.library.set_product_images(session, owner_id, product_id, media_ids)
        return Product(id=strawberry.ID(known), seller=User(id=strawberry.ID(owner_id)))

    @strawberry.federation.mutation(description="Show a picture of yours as you, or none.", requires_scopes=[[WRITE]])
    async def set_avatar(
        self,
        info: MediaInfo,
        media_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="The picture; null takes the present one away.")
        ] = None,
    ) -> User:
        """The user, who is the caller."""
        user_id = info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            await info.context.library.set_avatar(session, user_id, media_id)
        return User(id=strawberry.ID(user_id))


graph = SubgraphSchema(query=Query, mutation=Mutation)
