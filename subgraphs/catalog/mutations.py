"""GraphQL mutations of the catalog subgraph."""

from __future__ import annotations

from typing import Annotated

import strawberry

from subgraphs.catalog.types import (
    CatalogInfo,
    CreateProductInput,
    Product,
    ProductId,
    Reservation,
    ReservationId,
    UpdateProductInput,
)

WRITE = "catalog:write"


@strawberry.type(description="Root type for changing data.")
class Mutation:
    """Mutations of the catalog subgraph."""

    @strawberry.federation.mutation(
        description="Create a product with the caller as its seller. Requires the scope catalog:write.",
        requires_scopes=[[WRITE]],
    )
    async def create_product(
        self,
        info: CatalogInfo,
        input: Annotated[CreateProductInput, strawberry.argument(description="The new product.")],
    ) -> Product:
        seller_id = info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            record = await info.context.catalog.create(
                session, seller_id, input.details(), sku=input.sku, stock=input.stock
            )
        return Product(record=record)

    @strawberry.federation.mutation(
        description="Update a product. Fails if the product was changed since `version` was read. Requires the scope "
        "catalog:write, and the caller to be the seller or to have the scope catalog:moderate.",
        requires_scopes=[[WRITE]],
    )
    async def update_product(
        self,
        info: CatalogInfo,
        id: ProductId,
        version: Annotated[
            int, strawberry.argument(description="The `version` of the product that the change is based on.")
        ],
        input: Annotated[UpdateProductInput, strawberry.argument(description="The fields to change.")],
    ) -> Product:
        info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            record = await info.context.catalog.update(session, info.context.principal, id, version, input.details())
        return Product(record=record)

    @strawberry.federation.mutation(
        description="Delete a product. Requires the scope catalog:write, and the caller to be the seller or to have "
        "the scope catalog:moderate.",
        requires_scopes=[[WRITE]],
    )
    async def delete_product(self, info: CatalogInfo, id: ProductId) -> Product:
        info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            record = await info.context.catalog.delete(session, info.context.principal, id)
        return Product(record=record)

    @strawberry.federation.mutation(
        description="Increase or decrease the stock of a product. Fails if the stock would fall below zero. Requires "
        "the scope catalog:write, and the caller to be the seller or to have the scope catalog:moderate.",
        requires_scopes=[[WRITE]],
    )
    async def adjust_stock(
        self,
        info: CatalogInfo,
        id: ProductId,
        delta: Annotated[int, strawberry.argument(description="The number of units to add; negative to remove.")],
    ) -> Product:
        info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            record = await info.context.inventory.adjust(session, info.context.principal, id, delta)
        return Product(record=record)

    @strawberry.federation.mutation(
        description="Reserve units of a product for the caller. They are taken out of stock until the reservation is "
        "sold or released, or expires. The number of reservations of a user is limited. Requires the scope "
        "catalog:write.",
        requires_scopes=[[WRITE]],
    )
    async def reserve_stock(
        self,
        info: CatalogInfo,
        product_id: ProductId,
        quantity: Annotated[int, strawberry.argument(description="The number of units; at least 1.")],
    ) -> Reservation:
        holder_id = info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            return Reservation.of(await info.context.inventory.reserve(session, holder_id, product_id, quantity))

    @strawberry.federation.mutation(
        description="Release a reservation and return its units to stock. Requires the scope catalog:write, and the "
        "caller to be the holder or the seller of the product, or to have the scope catalog:moderate.",
        requires_scopes=[[WRITE]],
    )
    async def release_stock(self, info: CatalogInfo, id: ReservationId) -> Reservation:
        info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            return Reservation.of(await info.context.inventory.release(session, info.context.principal, id))

    @strawberry.federation.mutation(
        description="Mark a reservation as sold. Requires the scope catalog:write, and the caller to be the seller or "
        "to have the scope catalog:moderate.",
        requires_scopes=[[WRITE]],
    )
    async def sell_reserved(self, info: CatalogInfo, id: ReservationId) -> Reservation:
        info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            return Reservation.of(await info.context.inventory.sell(session, info.context.principal, id))
