"""GraphQL queries of the catalog subgraph. The mutations are in mutations.py."""

from __future__ import annotations

from typing import Annotated

import strawberry

from hanse_subgraph.argument_limits import max_length
from hanse_subgraph.federation import SubgraphSchema
from hanse_subgraph.ids import known_id
from hanse_subgraph.list_size import list_size
from hanse_subgraph.pagination import (
    After,
    Before,
    Connection,
    First,
    Last,
    PageRequest,
    connect,
    connection_field,
    page_request,
)
from subgraphs.catalog import repository
from subgraphs.catalog.mutations import WRITE, Mutation
from subgraphs.catalog.repository import ProductFilter, ProductSort
from subgraphs.catalog.types import CatalogInfo, Category, Product, ProductFilterInput, ProductId, Reservation, User

Search = Annotated[
    str | None,
    strawberry.argument(
        description="Words to search for in the products, up to 200 characters. The last word can be a prefix.",
        metadata=max_length(200),
    ),
]
CategoryPath = Annotated[
    str | None, strawberry.argument(description="The path of a category. Includes its subcategories.")
]
Sort = Annotated[
    ProductSort | None,
    strawberry.argument(
        description="The order. By default, by relevance if `search` is given, otherwise newest first."
    ),
]
Filter = Annotated[ProductFilterInput | None, strawberry.argument(description="Further conditions.")]


def _condition(search: str | None, category: str | None, filter: ProductFilterInput | None) -> ProductFilter:
    given = filter or ProductFilterInput()
    seller_ids = None
    if given.seller_id is not None:
        seller = known_id(str(given.seller_id))
        seller_ids = (seller,) if seller else ()
    return ProductFilter(search, category, seller_ids, given.min_price_minor, given.max_price_minor, given.in_stock)


async def _page(
    info: CatalogInfo, page: PageRequest, condition: ProductFilter, sort: ProductSort | None
) -> Connection[Product]:
    async with info.context.session() as session:
        piece = await repository.page_of_products(session, page, condition, sort)
    for record in piece.rows:
        info.context.products.prime(record.id, record)

    async def counted() -> int:
        async with info.context.session() as session:
            return await repository.count_products(session, condition)

    return connect(piece, lambda record: Product(record=record), counted)


@strawberry.type(description="Root type for reading data.")
class Query:
    """Queries of the catalog subgraph."""

    @connection_field(description="List products.")
    async def products(
        self,
        info: CatalogInfo,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        search: Search = None,
        category: CategoryPath = None,
        filter: Filter = None,
        sort: Sort = None,
    ) -> Connection[Product]:
        page = page_request(first, after, last, before)
        return await _page(info, page, _condition(search, category, filter), sort)

    @connection_field(description="List the products of a category and its subcategories, newest first.")
    async def products_by_category(
        self,
        info: CatalogInfo,
        category: Annotated[str, strawberry.argument(description="The path of the category.")],
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Product]:
        condition = ProductFilter(category=category)
        return await _page(info, page_request(first, after, last, before), condition, ProductSort.NEWEST)

    @connection_field(
        description="The caller's reservations, newest first. Requires the scope catalog:write.",
        requires_scopes=[[WRITE]],
    )
    async def my_reservations(
        self, info: CatalogInfo, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Reservation]:
        holder_id = info.context.principal.require_scope(WRITE)
        async with info.context.session() as session:
            page = page_request(first, after, last, before)
            piece = await repository.reservations_of(session, holder_id, page)

        async def counted() -> int:
            async with info.context.session() as session:
                return await repository.count_reservations_of(session, holder_id)

        return connect(piece, Reservation.of, counted)

    @strawberry.field(description="Look up a product by id. Null if there is none.")
    async def product(self, info: CatalogInfo, id: ProductId) -> Product | None:
        return Product.of(await info.context.product(id))

    @strawberry.field(
        description="All categories with products, and their parent categories, sorted by path.",
        directives=[list_size(100)],
    )
    async def categories(self, info: CatalogInfo) -> list[Category]:
        async with info.context.session() as session:
            return Category.tree(await repository.categories(session))


graph = SubgraphSchema(query=Query, mutation=Mutation, types=[User])
