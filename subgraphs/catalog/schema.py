"""GraphQL operations of the catalog subgraph."""

from __future__ import annotations

from typing import Annotated

import strawberry

from hanse_subgraph.federation import SubgraphSchema
from hanse_subgraph.ids import known_id
from hanse_subgraph.pagination import After, Before, Connection, First, Last, PageRequest, connect, page_request
from subgraphs.catalog import repository
from subgraphs.catalog.mutations import WRITE, Mutation
from subgraphs.catalog.repository import ProductFilter, ProductSort
from subgraphs.catalog.types import CatalogInfo, Category, Product, ProductFilterInput, ProductId, Reservation, User

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


async def _page(
    info: CatalogInfo, page: PageRequest, wanted: ProductFilter, sort: ProductSort | None
) -> Connection[Product]:
    async with info.context.session() as session:
        piece = await repository.page_of_products(session, page, wanted, sort)
    for record in piece.rows:
        info.context.products.prime(record.id, record)

    async def counted() -> int:
        async with info.context.session() as session:
            return await repository.count_products(session, wanted)

    return connect(piece, lambda record: Product(record=record), counted)


@strawberry.type(description="Root type for reading data.")
class Query:
    """Queries of the catalog subgraph."""

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
        return await _page(info, page, _wanted(search, category, filter), sort)

    @strawberry.field(description="What is on sale in one category and those below it, newest first.")
    async def products_by_category(
        self,
        info: CatalogInfo,
        category: Annotated[str, strawberry.argument(description="The category's path.")],
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Product]:
        """A page of products."""
        wanted = ProductFilter(category=category)
        return await _page(info, page_request(first, after, last, before), wanted, ProductSort.NEWEST)

    @strawberry.federation.field(description="What you have reserved, newest first.", requires_scopes=[[WRITE]])
    async def my_reservations(
        self, info: CatalogInfo, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Reservation]:
        """A page of the caller's reservations."""
        holder_id = info.context.principal.require_scope(WRITE)
        async with info.context.session() as session:
            page = page_request(first, after, last, before)
            piece = await repository.reservations_of(session, holder_id, page)

        async def counted() -> int:
            async with info.context.session() as session:
                return await repository.count_reservations_of(session, holder_id)

        return connect(piece, Reservation.of, counted)

    @strawberry.field(description="The product of this id; null where there is none.")
    async def product(self, info: CatalogInfo, id: ProductId) -> Product | None:
        """One product."""
        return Product.of(await info.context.product(id))

    @strawberry.field(description="Every category that holds products, with those above it, by path.")
    async def categories(self, info: CatalogInfo) -> list[Category]:
        """The tree, as a list."""
        async with info.context.session() as session:
            return Category.tree(await repository.categories(session))


graph = SubgraphSchema(query=Query, mutation=Mutation, types=[User])
