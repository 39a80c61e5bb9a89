"""The GraphQL face of the catalog subgraph."""

from __future__ import annotations

from typing import Annotated

import strawberry

from shared.federation import SubgraphSchema
from shared.ids import known_id
from shared.pagination import After, Before, Connection, First, Last, connect, page_request
from subgraphs.catalog import repository
from subgraphs.catalog.repository import ProductFilter, ProductSort
from subgraphs.catalog.types import (
    CatalogInfo,
    Category,
    CreateProductInput,
    Product,
    ProductFilterInput,
    ProductId,
    UpdateProductInput,
    User,
)

WRITE = "catalog:write"
Search = Annotated[
    str | None, strawberry.argument(description="Words that the product holds; the last may be unfinished.")
]
CategoryPath = Annotated[str | None, strawberry.argument(description="A path; the categories below it count too.")]
Sort = Annotated[
    ProductSort | None,
    strawberry.argument(description="By relevance where words are searched for, else the newest first, if not given."),
]
Narrowed = Annotated[ProductFilterInput | None, strawberry.argument(description="What else to go by.")]


def _wanted(search: str | None, category: str | None, narrowed: ProductFilterInput | None) -> ProductFilter:
    given = narrowed or ProductFilterInput()
    seller_ids = None
    if given.seller_id is not None:
        seller = known_id(str(given.seller_id))
        seller_ids = (seller,) if seller else ()
    return ProductFilter(search, category, seller_ids, given.min_price_minor, given.max_price_minor, given.in_stock)


@strawberry.type(description="What can be asked.")
class Query:
    """The questions."""

    @strawberry.field(description="What is on sale.")
    async def products(
        self,
        info: CatalogInfo,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        search: Search = None,
        category: CategoryPath = None,
        filter: Narrowed = None,
        sort: Sort = None,
    ) -> Connection[Product]:
        """A page of products."""
        page = page_request(first, after, last, before)
        wanted = _wanted(search, category, filter)
        async with info.context.session() as session:
            piece = await repository.page_of_products(session, page, wanted, sort)
        for record in piece.rows:
            info.context.products.prime(record.id, record)

        async def counted() -> int:
            async with info.context.session() as session:
                return await repository.count_products(session, wanted)

        return connect(piece, lambda record: Product(record=record), counted)

    @strawberry.field(description="The product of this id; null where there is none.")
    async def product(self, info: CatalogInfo, id: ProductId) -> Product | None:
        """One product."""
        return Product.of(await info.context.product(id))

    @strawberry.field(description="Every category that holds products, with those above it, by path.")
    async def categories(self, info: CatalogInfo) -> list[Category]:
        """The tree, as a list."""
        async with info.context.session() as session:
            return Category.tree(await repository.categories(session))


@strawberry.type(description="What can be changed.")
class Mutation:
    """The verbs."""

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
            record = await info.context.catalog.adjust_stock(session, info.context.principal, id, delta)
        return Product(record=record)


graph = SubgraphSchema(query=Query, mutation=Mutation, types=[User])
