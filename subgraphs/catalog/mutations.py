"""GraphQL operations of the catalog subgraph."""

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

    @strawberry.federation.mutation(description="Put a product on sale, as its seller.", requires_scopes=[[WRITE]])
    async def create_product(
        self, info: CatalogInfo, input: Annotated[CreateProductInput, strawberry.argument(description="What it is.")]
    ) -> Product:
        """A new product."""
        seller_id = info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            record = await info.context.catalog.create(
                session, seller_id, input.details(), sku=input.sku, stock=input.stock
            )
        return Product(record=record)

    @strawberry.federation.mutation(
        description="Change a product; for its seller and admins. Fails where somebody else changed it meanwhile.",
        requires_scopes=[[WRITE]],
    )
    async def update_product(
        self,
        info: CatalogInfo,
        id: ProductId,
        version: Annotated[int, strawberry.argument(description="The version that was read.")],
        input: Annotated[UpdateProductInput, strawberry.argument(description="What changes.")],
    ) -> Product:
        """The product as it is then."""
        info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            record = await info.context.catalog.update(session, info.context.principal, id, version, input.details())
        return Product(record=record)

    @strawberry.federation.mutation(
        description="Take a product from sale; for its seller and admins.", requires_scopes=[[WRITE]]
    )
    async def delete_product(self, info: CatalogInfo, id: ProductId) -> Product:
        """The product as it was."""
        info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            record = await info.context.catalog.delete(session, info.context.principal, id)
        return Product(record=record)

    @strawberry.federation.mutation(
        description="Add to a product's stock, or take from it; for its seller and admins. It never falls below zero.",
        requires_scopes=[[WRITE]],
    )
    async def adjust_stock(
        self,
        info: CatalogInfo,
        id: ProductId,
        delta: Annotated[int, strawberry.argument(description="How many pieces come (or, below zero, go).")],
    ) -> Product:
        """The product as it is then."""
        info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            record = await info.context.inventory.adjust(session, info.context.principal, id, delta)
        return Product(record=record)

    @strawberry.federation.mutation(
        description="Take pieces out of stock for yourself, until you release them or they are sold.",
        requires_scopes=[[WRITE]],
    )
    async def reserve_stock(
        self,
        info: CatalogInfo,
        product_id: ProductId,
        quantity: Annotated[int, strawberry.argument(description="How many pieces; at least 1.")],
    ) -> Reservation:
        """The reservation."""
        holder_id = info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            return Reservation.of(await info.context.inventory.reserve(session, holder_id, product_id, quantity))

    @strawberry.federation.mutation(
        description="Give reserved pieces back; for who reserved them and admins.", requires_scopes=[[WRITE]]
    )
    async def release_stock(self, info: CatalogInfo, id: ReservationId) -> Reservation:
        """The reservation, released."""
        info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            return Reservation.of(await info.context.inventory.release(session, info.context.principal, id))

    @strawberry.federation.mutation(
        description="Reserved pieces have been handed over; for the seller and admins.", requires_scopes=[[WRITE]]
    )
    async def sell_reserved(self, info: CatalogInfo, id: ReservationId) -> Reservation:
        """The reservation, sold."""
        info.context.principal.require_scope(WRITE)
        async with info.context.change() as session:
            return Reservation.of(await info.context.inventory.sell(session, info.context.principal, id))
